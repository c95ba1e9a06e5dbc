import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countPlaywright, readCount, readCounts } from './results.mjs';

const directory = mkdtempSync(path.join(os.tmpdir(), 'chainworks-results-'));
afterAll(() => rmSync(directory, { recursive: true }));

const reportFile = path.join(directory, 'report.json');
function write(report) {
  rmSync(reportFile, { force: true });
  if (report) writeFileSync(reportFile, JSON.stringify(report));
}
const testFile = (name, ...statuses) => ({ name: `/project/${name}`, status: statuses.includes('failed') ? 'failed' : 'passed', assertionResults: statuses.map((status) => ({ status })) });
const unloadable = (name) => ({ name: `/project/${name}`, status: 'failed', assertionResults: [] });
const endings = { unit: /^[^.]+\.test\.ts$/, integration: /\.integration\.test\.ts$/ };
function read(exitCode, testResults, isFiltered = false) {
  write(testResults && { testResults });
  return readCounts({ exitCode, reportFile, endings, isFiltered });
}
const unit = (...statuses) => testFile('a.test.ts', ...statuses);
const integration = (...statuses) => testFile('a.integration.test.ts', ...statuses);

describe('the closing line cannot be green by accident', () => {
  it('counts what passed, failed and was skipped, each at its stage', () => {
    expect(read(1, [unit('passed', 'failed', 'skipped', 'todo'), integration('passed', 'passed'), unit('failed')])).toEqual({
      unit: { passed: 1, failed: 2, skipped: 2 },
      integration: { passed: 2, failed: 0, skipped: 0 },
    });
  });
  it('counts a test file that cannot be loaded as a failure', () => {
    expect(read(1, [unit('passed'), integration('passed'), unloadable('b.integration.test.ts')])).toMatchObject({ unit: { failed: 0 }, integration: { failed: 1 } });
  });
  it('counts a run that ended badly without a failed test as a failure', () => {
    expect(read(1, [unit('passed'), integration('passed')])).toMatchObject({ unit: { failed: 1 }, integration: { failed: 0 } });
  });
  it('counts a run without a report as a failure of every stage', () => {
    expect(read(0, undefined)).toMatchObject({ unit: { failed: 1 }, integration: { failed: 1 } });
    write(undefined);
    expect(readCount({ exitCode: 0, reportFile, count: countPlaywright }).failed).toBe(1);
  });
  it('counts a stage of no test as a failure, and with filters a run of no test', () => {
    expect(read(0, [unit('passed')])).toMatchObject({ unit: { failed: 0 }, integration: { failed: 1 } });
    expect(read(0, [unit('skipped'), integration('passed')])).toMatchObject({ unit: { failed: 1 } });
    expect(read(0, [unit('passed')], true)).toMatchObject({ unit: { failed: 0 }, integration: { failed: 0 } });
    expect(read(0, [], true)).toMatchObject({ unit: { failed: 1 } });
  });
  it('counts a browser test that passed only at a second try as a failure', () => {
    const stats = { expected: 4, unexpected: 1, flaky: 1, skipped: 0 };
    expect(countPlaywright({ stats, errors: [] })).toEqual({ passed: 4, failed: 2, skipped: 0 });
    expect(countPlaywright({ stats, errors: [{}] }).failed).toBe(3);
  });
});
