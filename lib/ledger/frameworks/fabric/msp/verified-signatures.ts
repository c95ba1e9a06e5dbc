import { createHash } from 'node:crypto';
import type { Identity } from './msp';

/** Some hundred bytes each; a transaction meets each of its signatures again within seconds. */
const REMEMBERED_MAX = 8_192;

/**
 * Signatures that were found good lately. One and the same is asked for by the door, the endorser, the orderer and each
 * block; looking it up costs a tenth of verifying it. Nothing else follows from it: what is not remembered is verified.
 */
export class VerifiedSignatures {
  readonly #known = new Set<string>();

  constructor(private readonly max = REMEMBERED_MAX) {}

  /** Runs `verify` unless this identity's signature over this message was found good before. */
  check({ id, msp }: Identity, message: Uint8Array, signature: Uint8Array, verify: () => boolean): boolean {
    const name = createHash('sha256').update(`${msp.signatureHash} ${id} ${signature.length} `).update(signature).update(message).digest('base64');
    if (this.#known.has(name)) return true;
    if (!verify()) return false;
    const [oldest] = this.#known.size < this.max ? [] : this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.add(name);
    return true;
  }
}
