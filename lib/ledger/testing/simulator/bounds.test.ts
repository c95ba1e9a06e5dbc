import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Consensus } from '../../core/consensus/consensus';
import { encodeMessage, statementOf, type VoteKind } from '../../core/consensus/messages';
import { proposerAt, type ChainRules } from '../../core/consensus/rules';
import { chainId } from '../../core/types';
import { createRandom } from '../random';
import { GENESIS_HASH } from './chain-entry';
import { decodeBlock, encodeBlock, NO_RULES } from './tiny-block';
import { createCheapVoices } from './voices';

const chain = chainId('flooded');
const voices = createCheapVoices(1);
const rules: ChainRules = { finality: 'byzantine', engineVersion: 1, validators: Array.from({ length: 4 }, (_, peer) => ({ name: `p${peer}`, publicKey: voices.publicKeyOf(peer) })) };
const LIAR = 3;
const bareBlock = (height: number, salt: number): Uint8Array => encodeBlock({ height, previousHash: GENESIS_HASH, timeMs: 1, engineVersion: 1, state: 1, salt, transactions: [], nextRules: NO_RULES });
const BARE_BLOCK_BYTES = bareBlock(1, 1).length;
const MEBIBYTE = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function held(): number {
  // What a collection finds unused is given back in the next ones.
  for (let again = 0; again < 4; again += 1) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function openOne(): Consensus {
  const core = new Consensus(
    { chain, publicKey: voices.publicKeyOf(0), head: { height: 0, hash: GENESIS_HASH }, rules },
    {
      sign: (statement) => voices.sign(0, statement),
      verify: voices.verify,
      inspect: (bytes) => {
        // What follows a block here is filling, and its name covers it.
        const block = decodeBlock(bytes.subarray(0, BARE_BLOCK_BYTES));
        return block === undefined ? undefined : { hash: voices.nameOf(bytes), height: block.height, previousHash: block.previousHash };
      },
    },
  );
  core.resume();
  core.wake();
  return core;
}

describe('what one liar sends takes a bounded room', () => {
  it('votes without end: for unknown blocks, far rounds, other heights', () => {
    const core = openOne();
    const random = createRandom(1);
    const kinds: readonly VoteKind[] = ['prevote', 'precommit'];
    const before = held();
    for (let count = 0; count < 60_000; count += 1) {
      const vote = { kind: random.pick(kinds), sender: LIAR, height: 1 + random.below(4), round: random.pick([0, random.below(20), random.below(2 ** 31)]), hash: voices.nameOf(random.bytes(8)) };
      core.receive(encodeMessage({ ...vote, signature: voices.sign(LIAR, statementOf(chain, vote)) }));
    }
    // All that is kept of it: 4 variants of 2 kinds in 9 rounds, and 32 votes of the next height.
    expect(held() - before).toBeLessThan(2 * MEBIBYTE);
    expect(core.refused.get('too many votes')).toBeGreaterThan(1_000);
  });

  it('large proposals without end, in each round that is its turn', () => {
    const core = openOne();
    const random = createRandom(2);
    const blockBytes = 64 * 1024;
    const before = held();
    for (let count = 0; count < 2_000; count += 1) {
      const round = random.below(12);
      const height = 1 + random.below(2);
      if (proposerAt(rules, height, round) !== LIAR) continue;
      const bytes = Buffer.concat([bareBlock(height, count), Buffer.alloc(blockBytes)]);
      const proposal = { kind: 'proposal', sender: LIAR, height, round, validRound: -1, hash: voices.nameOf(bytes) } as const;
      core.receive(encodeMessage({ ...proposal, block: bytes, signature: voices.sign(LIAR, statementOf(chain, proposal)) }));
    }
    // Twelve bodies of this height and one proposal of the next.
    expect(held() - before).toBeLessThan(14 * blockBytes + MEBIBYTE);
    expect(core.refused.get('too many proposals')).toBeGreaterThan(100);
    expect(core.refused.get('too early')).toBeGreaterThan(100);
    expect(core.refused.get('not the next block')).toBeUndefined();
  });
});
