// The flags of `npm test -- …`.
import { parseArgs } from 'node:util';
import { SetupError } from '../supervisor/setup-error.mjs';

export const stageNames = ['lint', 'types', 'unit', 'integration', 'conformance', 'browser'];
/** What takes minutes and runs when it is asked for: `npm run test:full`. */
const namedStages = [...stageNames, 'full'];

export const testUsage = `npm test -- [--only <stage>[,<stage>…]] [<filter>…]
  stages: ${stageNames.join(' ')}; and full, which runs when it is named
  filter: parts of test files' paths, for unit, integration, conformance and browser`;

/** @returns {{ help: boolean, stages: string[], filters: string[] }} stages in the order in which they run */
export function parseTestOptions(argv) {
  let parsed;
  try {
    parsed = parseArgs({ args: argv, allowPositionals: true, options: { only: { type: 'string' }, help: { type: 'boolean' } } });
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${testUsage}`);
  }
  const wanted = parsed.values.only?.split(',').map((name) => name.trim()) ?? stageNames;
  const unknown = wanted.filter((name) => !namedStages.includes(name));
  if (unknown.length > 0) throw new SetupError(`There is no stage "${unknown.join('", "')}".\n\n${testUsage}`);
  return { help: parsed.values.help === true, stages: namedStages.filter((name) => wanted.includes(name)), filters: parsed.positionals };
}
