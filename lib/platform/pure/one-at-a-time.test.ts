import { expect, it } from 'vitest';
import { OneAtATime } from './one-at-a-time';

it('begins a task when the one before has ended, also where that failed, and tells each caller its own result', async () => {
  const turn = new OneAtATime();
  const story: string[] = [];
  const task = (name: string, fails = false) => async (): Promise<string> => {
    story.push(`${name} begins`);
    await Promise.resolve();
    story.push(`${name} ends`);
    if (fails) throw new Error(name);
    return name;
  };
  const results = Promise.allSettled([turn.run(task('a')), turn.run(task('b', true)), turn.run(task('c'))]);
  await turn.idle();
  expect(story).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(await results).toMatchObject([{ value: 'a' }, { reason: { message: 'b' } }, { value: 'c' }]);
});
