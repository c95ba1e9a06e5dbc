import { decodeBlock, encodeSealed, hashHeader, encodeBody, type Block } from './block';
import { CodecError } from './codec';
import { findCertificateFault } from './consensus/certificate';
import { verifySignature, type Signer } from './crypto';
import { isLedgerError } from './errors';
import { decodeGenesis, genesisRules } from './genesis';
import type { PeerLink } from './host-types';
import { readBlock } from './peer';
import { RULES_NOTE, RulesHistory } from './rules-history';
import { attestBlock } from './seal-block';
import type { ChainStorage, Damage } from './storage';
import { height, type Height } from './types';
import { untilAborted } from './until-aborted';

/** Peers that are asked for a block before it is given up. */
const SOURCES_MAX = 4;

/**
 * Puts a damaged block in its place again, from what other peers have of it: the same block, because the next one names
 * its hash, or because its validators signed it. Answers false when no peer has it, none is there, or the signal ends the
 * wait for them; errors of the storage pass through.
 */
export async function repairBlock(storage: ChainStorage, at: Height, signer: Signer, link: PeerLink, signal: AbortSignal): Promise<boolean> {
  for (let skip = 0; skip < SOURCES_MAX; skip += 1) {
    let records: readonly Uint8Array[];
    try {
      records = await untilAborted(link.fetchBlocks(storage.chain, at, 1, skip), signal);
    } catch {
      // Nobody is there (any more): that may heal, this call does not wait for it.
      return false;
    }
    const block = records[0] === undefined ? undefined : decoded(records[0]);
    if (block === undefined || !isTheBlock(storage, at, block)) continue;
    const { certificate } = block;
    // The other peer's copy carries its word, this one carries the own.
    const isSigned = certificate.signatures.some(({ validator }) => isOwn(storage, at, validator, signer));
    const attestation = isSigned ? undefined : attestBlock(storage.chain, at, hashHeader(block.header), signer);
    await storage.rewriteBlock(at, encodeSealed(encodeBody(block), { certificate, ...(attestation === undefined ? {} : { attestation }) }));
    return true;
  }
  return false;
}

/** Whether the stored block's bytes are there. */
export function isReadable(storage: ChainStorage, at: number): boolean {
  return readable(storage, at) !== undefined;
}

/** In which order damaged blocks are repaired: the first block tells the rules, each other is known by the one after it. */
export function repairOrder(a: Damage, b: Damage): number {
  const rank = ({ height: at }: Damage): number => (at === 0 ? Number.MAX_SAFE_INTEGER : (at ?? -1));
  return rank(b) - rank(a);
}

function decoded(record: Uint8Array): Block | undefined {
  try {
    return decodeBlock(record);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

function isTheBlock(storage: ChainStorage, at: Height, { header, certificate }: Block): boolean {
  const { chain } = storage;
  const hash = hashHeader(header);
  if (header.chain !== chain || header.height !== at) return false;
  const next = at < storage.height ? readable(storage, at + 1) : undefined;
  if (next !== undefined && next.header.previousHash !== hash) return false;
  // Its hash is named, or nothing is: who makes a first block signs nothing.
  if (at === 0) return next !== undefined;
  const previous = readable(storage, at - 1);
  if (previous !== undefined && header.previousHash !== hashHeader(previous.header)) return false;
  const history = historyOf(storage);
  return history !== undefined && findCertificateFault({ chain, height: at, hash }, certificate, history.at(at), verifySignature) === undefined;
}

function isOwn(storage: ChainStorage, at: Height, validator: number, signer: Signer): boolean {
  const key = historyOf(storage)?.at(at).validators[validator]?.publicKey;
  return key !== undefined && Buffer.compare(key, signer.publicKey) === 0;
}

function historyOf(storage: ChainStorage): RulesHistory | undefined {
  const first = readable(storage, 0);
  if (first?.genesis === undefined) return undefined;
  return RulesHistory.open(genesisRules(decodeGenesis(first.genesis), first.header.engineVersion), storage.note(RULES_NOTE));
}

/** Undefined when it is damaged as well, or not here. */
function readable(storage: ChainStorage, at: number): Block | undefined {
  try {
    // A chain that began at a height may lack what lies before it.
    return storage.block(height(at)) === undefined ? undefined : readBlock(storage, at);
  } catch (error) {
    if (isLedgerError(error, 'storage-corrupt')) return undefined;
    throw error;
  }
}
