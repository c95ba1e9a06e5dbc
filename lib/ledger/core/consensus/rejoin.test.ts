import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random';
import { createKey, verifySignature } from '../crypto';
import { chainId, hash, ZERO_HASH } from '../types';
import { Consensus } from './consensus';
import type { Effect } from './effects';
import { decodeMessage, encodeMessage, statementOf } from './messages';
import { Rejoin } from './rejoin';
import type { ChainRules } from './rules';

const nonce = createRandom(1).bytes(16);

describe('how long a peer that lost its memory is silent', () => {
  it('up to two above the highest of a quorum of answers, once the block after them is here', () => {
    const rejoin = new Rejoin(nonce, 0);
    rejoin.answer(1, 8);
    expect(rejoin.findThrough(20, 2)).toBeUndefined();
    rejoin.answer(2, 10);
    expect(rejoin.findThrough(10, 2)).toBeUndefined();
    expect(rejoin.findThrough(11, 2)).toBe(12);
  });

  it('not for ever because of a height that nobody has', () => {
    const rejoin = new Rejoin(nonce, 0);
    for (const [sender, height] of [[1, 2 ** 40], [2, 10], [3, 9]] as const) rejoin.answer(sender, height);
    expect(rejoin.findThrough(11, 2)).toBe(12);
  });

  it('not for ever because the chain goes on while it catches up', () => {
    const rejoin = new Rejoin(nonce, 0);
    for (let head = 1; head < 50; head += 1) for (const sender of [1, 2]) rejoin.answer(sender, head + 10);
    expect(rejoin.findThrough(12, 2)).toBe(13);
  });

  it('does not believe validators whose block after their answer made others decide', () => {
    // The peer, its block 11 and its votes up to 20 with the new validators: the old ones that are behind know nothing of it.
    const rejoin = new Rejoin(nonce, 0);
    rejoin.answer(1, 10);
    rejoin.answer(2, 10);
    expect(rejoin.findThrough(10, 2)).toBeUndefined();
    rejoin.askAgain(11);
    expect(rejoin.findThrough(12, 2)).toBeUndefined();
    // Nor one of the new validators that is not there yet.
    rejoin.answer(3, 5);
    rejoin.answer(4, 20);
    expect(rejoin.findThrough(21, 2)).toBeUndefined();
    rejoin.answer(3, 19);
    expect(rejoin.findThrough(21, 2)).toBe(22);
  });
});

describe('a peer that forgot', () => {
  const chain = chainId('tide-4417');
  const signers = Array.from({ length: 3 }, () => createKey().signer);
  const rules: ChainRules = { finality: 'crash', engineVersion: 1, validators: signers.map(({ publicKey }, at) => ({ name: `p${at}`, publicKey })) };
  const open = (self: number, abstain?: 'unknown'): Consensus => {
    const signer = signers[self] as (typeof signers)[number];
    const start = { chain, publicKey: signer.publicKey, head: { height: 3, hash: hash('1'.repeat(64)) }, rules };
    return new Consensus({ ...start, ...(abstain === undefined ? {} : { abstain, nonce }) }, { sign: signer.sign, verify: verifySignature, inspect: () => undefined });
  };
  const sent = (effects: readonly Effect[]): ReturnType<typeof decodeMessage>[] => effects.flatMap((effect) => (effect.do === 'send' ? [decodeMessage(effect.message)] : []));
  const question = (sender: number): Uint8Array => {
    const unsigned = { kind: 'question', sender, nonce } as const;
    return encodeMessage({ ...unsigned, signature: (signers[sender] as (typeof signers)[number]).sign(statementOf(chain, unsigned)) });
  };

  it('tells another one nothing: of what they both took part in neither knows', () => {
    const forgetful = open(0, 'unknown');
    forgetful.resume();
    expect(sent(forgetful.receive(question(1)))).toEqual([]);
    expect(forgetful.refused.get('asks one that forgot, too')).toBe(1);
    expect(sent(open(2).receive(question(1)))).toMatchObject([{ kind: 'answer', height: 3 }]);
  });

  it('asks until it has its answers, and then holds no timer while it waits for a block', () => {
    const forgetful = open(0, 'unknown');
    const begun = forgetful.resume();
    expect(begun.filter((effect) => effect.do === 'timer')).toHaveLength(1);
    const timer = begun.find((effect) => effect.do === 'timer');
    expect(sent(timer === undefined ? [] : forgetful.onTimer(timer.timer))).toMatchObject([{ kind: 'question' }]);
    for (const other of [1, 2]) for (const effect of open(other).receive(question(0))) if (effect.do === 'send') forgetful.receive(effect.message);
    const effects = timer === undefined ? [] : forgetful.onTimer(timer.timer);
    expect(effects).toEqual([]);
    expect(forgetful.status().abstainsThrough).toBe('unknown');
    expect(forgetful.advance({ height: 4, hash: ZERO_HASH }, rules)).toEqual([{ do: 'abstain', through: 5 }]);
  });
});
