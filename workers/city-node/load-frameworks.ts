import type { ChainDoor, DoorCall, DoorRequests, DoorSignals, RpcResponse } from '@/lib/gateway';
import { createEthereumDoor, createEthereumFramework, ETHEREUM, parseRequests, scopeOf, type Framework, type ThreadsOptions } from '@/lib/ledger';

/** A framework's protocol at the doors: its codec, bound to a peer by `PeerDoors`. */
export interface FrameworkCodec {
  parse(body: Uint8Array): DoorRequests;
  scopeOf(method: string): DoorCall['scope'];
  handle(call: DoorCall, backend: CodecBackend, signals: DoorSignals): Promise<RpcResponse | undefined>;
  answer: ChainDoor['answer'];
}

/** What a codec asks of the peer behind it. */
export interface CodecBackend {
  submit(bytes: Uint8Array, options: { readonly signal: AbortSignal }): Promise<unknown>;
  query(request: unknown, signal: AbortSignal): Promise<unknown>;
}

export interface LoadedFrameworks {
  readonly frameworks: readonly Framework[];
  readonly codecs: ReadonlyMap<string, FrameworkCodec>;
  /** Which primitives each framework found, for the log at start. */
  readonly notes: Readonly<Record<string, string>>;
  /** Ends their threads; when the hosts that use them are closed. */
  close(): Promise<void>;
}

export interface FrameworksOptions {
  readonly version: string;
  readonly yieldTurn: () => Promise<void>;
  /** Where heavy work is done. Absent: on the main thread, slice by slice. */
  readonly threads?: ThreadsOptions;
  readonly onUnexpected: (error: unknown, method: string) => void;
}

/** Everything that this program can run. A further framework is one more entry here. */
export async function loadFrameworks({ version, yieldTurn, threads, onUnexpected }: FrameworksOptions): Promise<LoadedFrameworks> {
  const ethereum = await createEthereumFramework({ yieldTurn, clientVersion: `Chainworks/v${version}/ethereum`, ...(threads === undefined ? {} : { threads }) });
  const { recoverImplementation, keccakImplementation } = ethereum.crypto;
  const door = await createEthereumDoor({ onUnexpected });
  const codec: FrameworkCodec = { parse: (body) => parseRequests(body), scopeOf, handle: door.handle, answer: door.answer };
  return {
    frameworks: [ethereum],
    codecs: new Map([[ETHEREUM, codec]]),
    notes: { [ETHEREUM]: `secp256k1 ${recoverImplementation}, keccak ${keccakImplementation}` },
    close: () => ethereum.close(),
  };
}
