import type { FinalBlock } from './check-history';
import { Findings, type Violation } from './findings';

/** One peer's durable copy of the chain, from genesis on. */
export interface ChainCopy {
  readonly peer: string;
  readonly blocks: readonly CopiedBlock[];
}

export interface CopiedBlock extends FinalBlock {
  /** The engine's name of the block and of the one before it. */
  readonly engineHash: string;
  readonly previousHash: string;
  /** What is wrong with its certificate; absent when a quorum of the validators has signed it. */
  readonly certificateFault?: string | undefined;
}

export type ChainRule = 'gap' | 'link' | 'fork' | 'content' | 'certificate' | 'behind';

/** All copies are the same chain, each block linked to the one before and certified. Gives it, as far as they agree. */
export function checkChains(copies: readonly ChainCopy[]): { violations: readonly Violation<ChainRule>[]; chain: readonly CopiedBlock[] } {
  const findings = new Findings<ChainRule>();
  const find = (rule: ChainRule, message: string) => findings.add(rule, message);
  for (const { peer, blocks } of copies) {
    for (const [index, block] of blocks.entries()) {
      if (block.height !== index) {
        find('gap', `${peer}: block ${block.height} stands where ${index} is next`);
        break;
      }
      const before = blocks[index - 1];
      if (before && block.previousHash !== before.engineHash) find('link', `${peer}: block ${index} follows ${block.previousHash}, but block ${index - 1} is ${before.engineHash}`);
      if (block.certificateFault !== undefined) find('certificate', `${peer}: block ${index}: ${block.certificateFault}`);
    }
  }
  const longest = Math.max(0, ...copies.map(({ blocks }) => blocks.length));
  for (const { peer, blocks } of copies) {
    if (blocks.length < longest) find('behind', `${peer} ends at height ${blocks.length - 1}, another at ${longest - 1}`);
  }
  const chain: CopiedBlock[] = [];
  let isCommon = true;
  for (let height = 0; height < longest; height++) {
    const there = copies.flatMap(({ peer, blocks }) => {
      const block = blocks[height];
      return block ? [{ peer, block }] : [];
    });
    const [first, ...others] = there;
    if (!first) break;
    for (const { peer, block } of others) {
      if (block.engineHash !== first.block.engineHash || block.hash !== first.block.hash) {
        find('fork', `block ${height} is ${first.block.engineHash} at ${first.peer} and ${block.engineHash} at ${peer}`);
        isCommon = false;
      } else if (block.transactions.join() !== first.block.transactions.join()) find('content', `block ${height} holds other transactions at ${peer} than at ${first.peer}`);
    }
    if (!isCommon) break;
    chain.push(first.block);
  }
  return { violations: findings.violations, chain };
}
