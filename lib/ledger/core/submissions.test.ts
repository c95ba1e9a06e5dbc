import { describe, expect, it } from 'vitest';
import type { FinalAnswer } from './host-types';
import { Submissions } from './submissions';
import { hash, height, ZERO_HASH } from './types';

const [one, two] = [hash('11'.repeat(32)), hash('22'.repeat(32))];
const answer = (id: typeof one): FinalAnswer => ({ state: 'final', id, height: height(1), index: 0, succeeded: true, blockHash: ZERO_HASH });

describe('who waits for a transaction', () => {
  it('all get the same answer, and only that of their own', async () => {
    const submissions = new Submissions();
    const waits = [submissions.expect(one), submissions.expect(one), submissions.expect(two)];
    submissions.finish(answer(one));
    expect(await waits[0]).toEqual(answer(one));
    expect(await waits[1]).toEqual(answer(one));
    submissions.finish(answer(two));
    expect(await waits[2]).toEqual(answer(two));
  });

  it('hear of a refusal', async () => {
    const submissions = new Submissions();
    const [first, second] = [submissions.expect(one), submissions.expect(two)];
    submissions.refuse(one, new Error('dropped'));
    await expect(first).rejects.toThrow('dropped');
    submissions.refuseAll(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
  });

  it('may have left: an answer for nobody is no error', async () => {
    const submissions = new Submissions();
    submissions.finish(answer(one));
    submissions.refuse(two, new Error('for nobody'));
    void submissions.expect(one);
    submissions.forget(one);
    submissions.refuseAll(new Error('for nobody'));
    const again = submissions.expect(one);
    submissions.finish(answer(one));
    expect(await again).toEqual(answer(one));
  });
});
