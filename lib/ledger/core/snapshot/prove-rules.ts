import { decodeBlock, encodeBlock, hashHeader, type Block } from '../block';
import { findStepBack } from '../check-block';
import { CodecError } from '../codec';
import { findCertificateFault } from '../consensus/certificate';
import type { SnapshotFacts } from '../consensus/statements';
import { decodeRules } from '../consensus/rules';
import { verifySignature } from '../crypto';
import { nameOfRules, rulesAfter, type RulesHistory } from '../rules-history';
import type { ChainId, Hash } from '../types';

/**
 * The history with the change that a block brought: who was believed before says by its certificate who is believed now.
 * So no set of validators is believed that nobody proved. Throws CodecError when it is no such block.
 */
export function takeChange(history: RulesHistory, chain: ChainId, record: Uint8Array): RulesHistory {
  const block = decodeFinal(history, chain, record);
  const { height, nextValidators } = block.header;
  if (block.change === undefined) throw new CodecError(`block ${height} changes no rules`);
  const changed = decodeRules(block.change);
  const fault = findStepBack(history.at(height), changed);
  if (fault !== undefined) throw new CodecError(`block ${height} changes the rules to what cannot be: ${fault}`);
  if (history.isFull) throw new CodecError('the rules were changed more often than can be kept');
  const next = rulesAfter(history, height, changed);
  if (nextValidators !== nameOfRules(next)) throw new CodecError(`block ${height} names other rules than it brings`);
  return history.with(height + 1, next);
}

/**
 * The block at a snapshot's height. Throws CodecError unless it is final by these rules, the one that the snapshot names,
 * and names the very rules of its next height: then no change is missing from the history.
 */
export function takeBase(history: RulesHistory, facts: SnapshotFacts, record: Uint8Array): Block {
  const block = decodeFinal(history, facts.chain, record);
  const { height, nextValidators } = block.header;
  if (height !== facts.height || hashHeader(block.header) !== facts.blockHash) throw new CodecError(`not the block of the snapshot at ${facts.height}`);
  if (nextValidators !== nameOfRules(history.at(height + 1))) throw new CodecError(`block ${height} names other rules for its next than were proved`);
  return block;
}

/** A block whose hash is known. Throws CodecError when it is another. */
export function takeNamed(record: Uint8Array, hash: Hash): Block {
  const block = decodeBlock(record);
  if (hashHeader(block.header) !== hash) throw new CodecError(`block ${block.header.height} is not the one that the block after it names`);
  return block;
}

function decodeFinal(history: RulesHistory, chain: ChainId, record: Uint8Array): Block {
  const block = decodeBlock(record);
  const { header, certificate } = block;
  if (header.chain !== chain || header.height === 0) throw new CodecError(`not a later block of ${chain}`);
  const rules = history.at(header.height);
  if (header.validators !== nameOfRules(rules)) throw new CodecError(`block ${header.height} names other rules than were proved`);
  const fault = findCertificateFault({ chain, height: header.height, hash: hashHeader(header) }, certificate, rules, verifySignature);
  if (fault !== undefined) throw new CodecError(`block ${header.height} is not final: ${fault}`);
  return block;
}

/** The block's record without the word of the peer that gave it: that one executed it, this peer did not. */
export function withoutAttestation({ attestation: _, ...block }: Block): Uint8Array {
  return encodeBlock(block);
}
