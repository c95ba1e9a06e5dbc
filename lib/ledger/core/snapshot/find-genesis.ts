import { decodeBlock } from '../block';
import { sha256Hex } from '../crypto';
import { decodeGenesis } from '../genesis';
import type { GenesisSpec } from '../host-types';
import type { Hash } from '../types';
import { askAll, fetchChecked, type Asking } from './certify';
import { JoinFailed } from './join-failed';

/** What a sub-chain began with, and how far it is. */
export interface FoundGenesis {
  readonly genesis: GenesisSpec;
  readonly reached: number;
}

/**
 * The genesis of a sub-chain of which this host has nothing but the peer's key: that which more than half of all the other
 * peers name. One that lies, or that is of another life of the name, cannot foist its own. Throws JoinFailed.
 */
export async function findGenesis(asking: Asking): Promise<FoundGenesis> {
  const names = new Map<Hash, number>();
  let reached = 0;
  for (const { answer } of await askAll(asking, 0)) {
    if (answer.state !== 'passed') continue;
    names.set(answer.genesisHash, (names.get(answer.genesisHash) ?? 0) + 1);
    reached = Math.max(reached, answer.height);
  }
  const others = asking.link.peers(asking.chain).length;
  const [named] = [...names].find(([, count]) => count > others / 2) ?? [];
  if (named === undefined) throw new JoinFailed(`no genesis block is named by more than half of the ${others} other peers`);
  const genesis = await fetchChecked(asking, 0, (record) => {
    const document = decodeBlock(record).genesis;
    if (document === undefined || sha256Hex(document) !== named) throw new JoinFailed('it is another genesis block');
    return decodeGenesis(document);
  });
  if (genesis === undefined) throw new JoinFailed('no peer gives the genesis block');
  return { genesis, reached };
}
