import type { CheckedTransaction } from '../../core/framework';
import type { StateReader } from '../../core/storage';
import type { Channel } from './channel';
import { checkEnvelope, type KnownWriters } from './check-envelope';
import { TransactionInvalid, unpackTransaction } from './protocol';
import { refuseEnvelope } from './refusals';
import { costOfRwset } from './state';
import { readNamespacesWith } from './read-namespaces';

/** A key is looked up in some microseconds, a signature verified in the time of twenty. */
const SIGNATURE_COST = 20;
/**
 * Most that the transactions of one block may cost, in keys that are looked at: about a second of a core. A single
 * transaction may read 200,000 keys by range queries and have 200 endorsements.
 */
export const BLOCK_COST_MAX = 300_000n;

/** May this envelope wait for a block? See `Framework.checkTransaction`. Throws `TransactionRefused`. */
export function checkTransaction(channel: Channel, bytes: Uint8Array, state: StateReader, known: KnownWriters): CheckedTransaction {
  const { id } = checkEnvelope(channel, bytes, state, known);
  const cost = costOf(bytes);
  if (cost > BLOCK_COST_MAX) throw refuseEnvelope('too-costly', `the transaction looks at ${cost} keys and signatures, a block at ${BLOCK_COST_MAX}: read less in one transaction`);
  return { id, bytes, cost };
}

/** What it costs to find out what becomes of it. Who has no valid form costs no more than its creator's signature. */
function costOf(bytes: Uint8Array): bigint {
  let keys = 1;
  try {
    const { endorsements } = unpackTransaction(bytes, readNamespacesWith((checked) => (keys = checked.rwset === undefined ? 1 : costOfRwset(checked.rwset))));
    return BigInt(keys + SIGNATURE_COST * (1 + endorsements.length));
  } catch (error) {
    if (!(error instanceof TransactionInvalid)) throw error;
    return BigInt(SIGNATURE_COST);
  }
}
