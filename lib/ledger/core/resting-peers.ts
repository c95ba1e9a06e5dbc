import type { Agreement, StopNote } from './host-types';
import type { ChainId, Hash } from './types';

/** How a peer is that is not in use. */
export interface RestingPeer {
  readonly publicKey: Uint8Array;
  readonly headHash: Hash;
  readonly orders: boolean;
  readonly stopped: StopNote | undefined;
  readonly agreement: Agreement;
}

/** Kinds of agreement that are held once for all peers that have them. */
const SHARED_MAX = 1_024;

/**
 * What was last seen of peers that are not in use: who looks at thousands of them reads each from the disk once. Small,
 * because there is one for each; how most of them agree is the same.
 */
export class RestingPeers {
  readonly #peers = new Map<ChainId, Omit<RestingPeer, 'publicKey'> & { readonly publicKey: string }>();
  readonly #agreements = new Map<string, Agreement>();

  get(chain: ChainId): RestingPeer | undefined {
    const peer = this.#peers.get(chain);
    return peer === undefined ? undefined : { ...peer, publicKey: Uint8Array.from(Buffer.from(peer.publicKey, 'latin1')) };
  }

  /** Keeps copies: what it is given may be a part of a whole block. A key as text: an array of its own takes four times as much. */
  set(chain: ChainId, { publicKey, headHash, orders, stopped, agreement }: RestingPeer): void {
    this.#peers.set(chain, { publicKey: Buffer.from(publicKey).toString('latin1'), headHash, orders, stopped, agreement: this.#shared(agreement) });
  }

  delete(chain: ChainId): void {
    this.#peers.delete(chain);
  }

  /** Where a validator is in it is known of one in use alone. */
  #shared({ finality, validators, quorum, engineVersion, upgrade, evidence }: Agreement): Agreement {
    const agreement: Agreement = { finality, validators, quorum, engineVersion, ...(upgrade === undefined ? {} : { upgrade }), evidence, refusedMessages: {} };
    if (evidence.length > 0) return agreement;
    const name = JSON.stringify(agreement);
    const known = this.#agreements.get(name);
    if (known !== undefined) return known;
    if (this.#agreements.size >= SHARED_MAX) this.#agreements.clear();
    this.#agreements.set(name, agreement);
    return agreement;
  }
}
