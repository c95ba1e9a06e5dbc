import { assert } from '@/lib/platform/pure/assert';
import { decodeBlock } from '../block';
import { genesisRules } from '../genesis';
import type { Peer } from '../peer';
import { RulesHistory } from '../rules-history';
import { attestBlock } from '../seal-block';
import { height } from '../types';
import type { Joiner } from './joins';

/** What a peer that joins from a snapshot begins with. */
export function joinerOf({ chain, storage, genesis, parent, signer }: Peer): Joiner {
  const genesisRecord = storage.block(height(0));
  assert(genesisRecord !== undefined, `block 0 of ${chain} is stored`);
  const { engineVersion } = decodeBlock(genesisRecord).header;
  return {
    chain,
    genesisRecord,
    genesisRules: RulesHistory.open(genesisRules(genesis, engineVersion), undefined),
    above: parent.height,
    attest: (at, hash) => attestBlock(chain, at, hash, signer),
  };
}
