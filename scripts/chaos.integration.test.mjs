import { describe, expect, it } from 'vitest';
import { spawnChaos } from './testing/spawn-chaos.mjs';

describe('npm run chaos', () => {
  it.each([[], ['nothing'], ['toString']])('says what can be disturbed when it is told %j', async (...args) => {
    const chaos = spawnChaos(...args);
    expect((await chaos.ended)[0]).toBe(1);
    expect(chaos.output).toMatch(/Name what to disturb[\s\S]*ledger --minutes/);
    expect(chaos.output).not.toMatch('    at ');
  });
});
