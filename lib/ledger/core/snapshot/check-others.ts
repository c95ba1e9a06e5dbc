import { believableOf, indexOfValidator } from '../consensus/rules';
import type { RulesHistory } from '../rules-history';
import { askAll, chooseHeight, proveRules, type Asking } from './certify';
import { JoinFailed } from './join-failed';

export interface OthersOptions extends Asking {
  readonly genesisRules: RulesHistory;
  readonly publicKey: Uint8Array;
  /** Height of the last block that the damaged ledger had. */
  readonly height: number;
}

/**
 * Makes sure that others have what a damaged ledger had, before it goes: enough validators that one of them tells the
 * truth say that they are as far. The very last block may be one that this peer alone had written down; those who signed
 * it are bound to it. Returns how far they are; throws JoinFailed otherwise.
 */
export async function checkOthers({ genesisRules, publicKey, height, ...asking }: OthersOptions): Promise<number> {
  const heard = await askAll(asking, 0);
  if (heard.length === 0) throw new JoinFailed('no other peer answered');
  const { history } = await proveRules(asking, genesisRules, heard);
  const reached = chooseHeight(history, heard);
  const rules = history.at(Math.max(0, reached ?? 0) + 1);
  const isOwn = indexOfValidator(rules, publicKey) >= 0;
  if (isOwn && rules.validators.length === 1) throw new JoinFailed('it orders alone: what others have of it may not be all that it signed; restore it from a backup');
  if (reached === undefined) throw new JoinFailed(`too few validators answered: ${believableOf(rules.finality, rules.validators.length)} that tell the truth must have its blocks`);
  if (reached < height - 1) throw new JoinFailed(`the others are at ${reached}, it was at ${height}`);
  return reached;
}
