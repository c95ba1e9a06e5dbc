import { encodeSealed } from './block';
import { findRulesFault } from './consensus/rules';
import { sha256Hex } from './crypto';
import { LedgerError } from './errors';
import type { Framework } from './framework';
import { encodeGenesis, genesisRules } from './genesis';
import type { GenesisSpec } from './host-types';
import { writesOnThisPeer } from './local-writes';
import type { PeerKeys } from './peer-keys';
import { attestBlock, draftBlock } from './seal-block';
import { EMPTY_STATE, type Notes, type StateWrite } from './storage';
import { height, type Hash } from './types';
import { ABSTAIN_NOTE, ABSTAIN_UNKNOWN } from './validator';

/** Block 0 as a peer keeps it, and what comes with it. */
export interface GenesisBlock {
  readonly record: Uint8Array;
  readonly hash: Hash;
  readonly writes: readonly StateWrite[];
  readonly notes: Notes;
}

/**
 * Makes a sub-chain's first block, which every peer makes for itself; by the program's version of the framework's rules,
 * or by that which it was made with before. Errors: `peer-missing`, `genesis-invalid`.
 */
export async function makeGenesis(spec: GenesisSpec, keys: Pick<PeerKeys, 'find' | 'wasUsed'>, frameworks: ReadonlyMap<string, Framework>, engineVersion?: number): Promise<GenesisBlock> {
  const document = encodeGenesis(spec);
  const { chain } = spec;
  const signer = keys.find(chain);
  if (signer === undefined) throw new LedgerError('peer-missing', { chain }, `No peer key for ${chain} here: create the peer first.`);
  const refuse = (message: string, cause?: unknown): LedgerError => new LedgerError('genesis-invalid', { chain }, `Genesis of ${chain}: ${message}.`, { cause });
  if (!spec.peers.some((peer) => Buffer.compare(peer.publicKey, signer.publicKey) === 0)) throw refuse('this city node’s key is not among the peers');
  const framework = frameworks.get(spec.framework);
  if (framework === undefined) throw refuse(`this program does not know the framework ${JSON.stringify(spec.framework)}`);
  const config = framework.configSchema.safeParse(spec.config);
  if (!config.success) throw refuse(`the configuration does not suit ${framework.name}: ${config.error.message}`, config.error);

  const rules = genesisRules(spec, engineVersion ?? framework.engineVersion);
  const fault = findRulesFault(rules);
  if (fault !== undefined) throw refuse(fault);
  const [proposer] = rules.validators;
  if (proposer === undefined) throw refuse('nobody orders');

  const instance = framework.open({ chain, config: config.data });
  const executed = await instance.initGenesis({ time: spec.time });
  const writes = writesOnThisPeer(instance, executed, EMPTY_STATE);
  const place = { chain, height: height(0), previousHash: sha256Hex(document), time: spec.time, proposer: proposer.publicKey, rules, nextRules: rules, genesis: document };
  const draft = draftBlock(place, executed);
  const record = encodeSealed(draft.body, { certificate: { round: 0, signatures: [] }, attestation: attestBlock(chain, 0, draft.hash, signer) });
  // The key signed blocks that are not here any more: it must not sign others for the same heights, whenever it gets a vote again.
  const notes: Notes = keys.wasUsed(chain) ? new Map([[ABSTAIN_NOTE, ABSTAIN_UNKNOWN]]) : new Map();
  return { record, hash: draft.hash, writes, notes };
}
