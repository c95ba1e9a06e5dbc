import { STATE_KEY_BYTES_MAX, type StateReader, type StateWrite } from '../../../core/storage';
import { readHead } from '../execute-block';
import { AT_PREFIX_BYTES, transientAtKey, transientBefore, transientKey, transientRange } from '../chain-keys';
import { decodePrivateRwset, FabricStateError } from '../state';

/** Blocks after which plaintext whose transaction never came goes, as `transientstoreMaxBlockRetention` in sampleconfig/core.yaml. */
export const RETENTION_BLOCKS = 20_000;
/** Simulations of one transaction whose plaintext is kept: more are none of an honest client. */
export const PLAINTEXTS_MAX = 16;
/** What one block takes away of what grew old. The rest goes with the next ones. */
const PURGED_MAX = 1_000;

/**
 * Puts the plaintext of a simulation aside until its block comes (core/transientstore/store.go): before its endorsement is
 * answered, so that whoever can order the transaction has an endorser with its private data. `plaintext`: bytes of a
 * TxPvtReadWriteSet. Throws `rwset-malformed`, `limit-reached`.
 */
export function putAside(txId: string, plaintext: Uint8Array, state: StateReader): readonly StateWrite[] {
  decodePrivateRwset(plaintext);
  const key = transientKey(txId, plaintext);
  if (state.get(key) !== undefined) return [];
  if (state.range({ ...transientRange(txId), limit: PLAINTEXTS_MAX }).length >= PLAINTEXTS_MAX) {
    throw new FabricStateError('limit-reached', `${PLAINTEXTS_MAX} simulations of transaction ${txId} wrote other private data each: none more is kept`);
  }
  return [
    { key, value: plaintext },
    { key: transientAtKey(readHead(state).number, key), value: Uint8Array.of(1) },
  ];
}

/** All plaintext that was put aside for a transaction. */
export function listAside(txId: string, state: StateReader): readonly Uint8Array[] {
  return state.range({ ...transientRange(txId), limit: PLAINTEXTS_MAX }).map(({ value }) => value);
}

/**
 * What leaves with a block: that of its transactions, whatever became of them, and what is too old. The note of when it
 * came stays until then.
 */
export function clearAside(block: number, txIds: readonly string[], state: StateReader): readonly StateWrite[] {
  const gone = new Map<string, StateWrite>();
  const drop = (key: Uint8Array): void => void gone.set(Buffer.from(key).toString('latin1'), { key });
  for (const txId of txIds) for (const { key } of state.range({ ...transientRange(txId), limit: PLAINTEXTS_MAX })) drop(key);
  if (block > RETENTION_BLOCKS) {
    for (const { key } of state.range({ ...transientBefore(block - RETENTION_BLOCKS), limit: PURGED_MAX })) {
      drop(key);
      drop(key.subarray(AT_PREFIX_BYTES, STATE_KEY_BYTES_MAX));
    }
  }
  return [...gone.values()];
}
