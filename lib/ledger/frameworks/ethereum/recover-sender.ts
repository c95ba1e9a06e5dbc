import type { EvmCrypto } from '../../vm/evm';
import { uintToBytes } from '../../vm/evm';
import { refuse } from './refusals';
import type { Transaction } from './transaction';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const ORDER_HALF = ORDER / 2n;

/**
 * The address whose key signed the transaction, 20 bytes. Recovery is nearly half the cost of a small transaction and
 * each is looked at several times (at the door, by the proposer, by every peer in the process), so the last
 * {@link REMEMBERED_MAX} answers are remembered: a pure function of the transaction's hash, which covers the signature.
 *
 * Throws `TransactionRefused` (`invalid-sender`) when no key can have signed it.
 */
export function recoverSender(crypto: EvmCrypto, transaction: Transaction): Uint8Array {
  const name = Buffer.from(transaction.hash).toString('latin1');
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const sender = recover(crypto, transaction);
  if (remembered.size >= REMEMBERED_MAX) {
    for (const oldest of remembered.keys()) {
      remembered.delete(oldest);
      break;
    }
  }
  remembered.set(name, sender);
  return sender;
}

const REMEMBERED_MAX = 8_192;
const remembered = new Map<string, Uint8Array>();

function recover(crypto: EvmCrypto, { signature, signingHash }: Transaction): Uint8Array {
  const { r, s, yParity } = signature;
  // EIP-2: of the two values of s that verify, only the lower is valid.
  if (r === 0n || r >= ORDER || s === 0n || s > ORDER_HALF) throw refuse('invalid-sender', 'invalid transaction v, r, s values');
  const compact = new Uint8Array(64);
  const rBytes = uintToBytes(r);
  const sBytes = uintToBytes(s);
  compact.set(rBytes, 32 - rBytes.length);
  compact.set(sBytes, 64 - sBytes.length);
  let publicKey: Uint8Array;
  try {
    publicKey = crypto.recoverPublicKey(signingHash, compact, yParity);
  } catch {
    throw refuse('invalid-sender', 'recovery failed');
  }
  return crypto.keccak256(publicKey).slice(12);
}
