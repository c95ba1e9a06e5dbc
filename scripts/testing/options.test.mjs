import { expect, it } from 'vitest';
import { parseTestOptions, stageNames } from './options.mjs';

it('runs every stage when none is named', () => {
  expect(parseTestOptions([])).toEqual({ help: false, stages: stageNames, filters: [] });
});

it('runs the named stages in their own order, with filters with or without a second --', () => {
  const expected = { help: false, stages: ['unit', 'browser'], filters: ['sign-up'] };
  expect(parseTestOptions(['--only', 'browser,unit', 'sign-up'])).toEqual(expected);
  expect(parseTestOptions(['--only=browser, unit', '--', 'sign-up'])).toEqual(expected);
});

it('refuses a stage that does not exist: a misspelt one must not look green', () => {
  expect(() => parseTestOptions(['--only', 'units'])).toThrow(/no stage "units"[\s\S]*lint types unit/);
});
