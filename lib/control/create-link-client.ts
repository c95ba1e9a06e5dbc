import { createCallSender, type CallOptions } from './create-call-sender';
import { linkCalls, linkRecordsMax, type LinkSubmitResult } from './link-calls';
import type { PeerName } from './schemas';

export interface LinkClientOptions {
  /** Control listener of the host that carries the peer. */
  readonly controlUrl: string;
  readonly hostId: string;
  /** The peer that is asked. */
  readonly peer: PeerName;
  /** The sub-chain's link secret: base64 of 32 bytes. */
  readonly linkSecret: string;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

/** One peer in another host. Errors are AppErrors, UNAVAILABLE when that host is away. */
export interface LinkClient {
  /** Durable block records from that height on, in order. */
  fetchBlocks(from: number, limit: number, options?: CallOptions): Promise<Uint8Array[]>;
  announce(height: number, options?: CallOptions): Promise<void>;
  submit(bytes: Uint8Array, options?: CallOptions): Promise<LinkSubmitResult>;
}

/** Speaks to a peer of the same sub-chain in another host. */
export function createLinkClient(options: LinkClientOptions): LinkClient {
  const send = createCallSender(linkCalls, {
    ...options,
    baseUrl: options.controlUrl,
    secret: options.linkSecret,
    signer: `chain:${options.peer.chain}`,
  });
  const params = { ...options.peer };
  return {
    async fetchBlocks(from, limit, call) {
      const page = await send('fetchBlocks', { params, body: { from, limit: Math.min(limit, linkRecordsMax) } }, call);
      return page.records.map((record) => new Uint8Array(Buffer.from(record, 'base64')));
    },
    async announce(height, call) {
      await send('announce', { params, body: { height } }, call);
    },
    submit: (bytes, call) => send('submit', { params, body: { bytes: Buffer.from(bytes).toString('base64') } }, call),
  };
}
