import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createEthereumjsEvm } from '../../../vm/evm';
import { runStateTest, stateTestFileSchema } from './run-state-test';

/**
 * A sample of Ethereum's published GeneralStateTests (MIT, see LICENSE beside them). Their post-states are those of
 * the Cancun fork, so the same machine runs with the Cancun rules here.
 */
const ROOT = fileURLToPath(new URL('./general-state-tests', import.meta.url));
const FILES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).map((name) => join(ROOT, name));
const groups = new Map<string, string[]>();
for (const file of FILES) {
  const group = dirname(relative(ROOT, file));
  groups.set(group, [...(groups.get(group) ?? []), file]);
}
const evm = createEthereumjsEvm({ yieldTurn: () => new Promise((resolve) => setImmediate(resolve)), rules: 'cancun' });

describe('GeneralStateTests: state roots, logs and refusals are those that Ethereum publishes', () => {
  it('finds the published cases', () => expect(FILES.length).toBeGreaterThan(400));

  for (const [group, files] of [...groups].sort(([a], [b]) => a.localeCompare(b))) {
    it(group, { timeout: 60_000 }, async () => {
      let cases = 0;
      for (const file of files) {
        for (const [name, test] of Object.entries(stateTestFileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))))) {
          for (const [index, expected] of (test.post['Cancun'] ?? []).entries()) {
            const outcome = await runStateTest(await evm, test, expected);
            const label = `${relative(ROOT, file)} ${name} ${index}`;
            expect(outcome.refused === undefined, `${label}: ${outcome.refused ?? 'executed'}`).toBe(expected.expectException === undefined);
            expect(outcome.stateRoot, label).toBe(expected.hash);
            expect(outcome.logsHash, label).toBe(expected.logs);
            cases += 1;
          }
        }
      }
      expect(cases).toBeGreaterThan(0);
    });
  }
});
