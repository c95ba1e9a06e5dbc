import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { countPlaywright, countVitest, readCount } from './results.mjs';

const directory = mkdtempSync(path.join(os.tmpdir(), 'chainworks-results-'));
afterAll(() => rmSync(directory, { recursive: true }));

const vitestReport = (numPassedTests, numFailedTests, testResults = []) => ({
  numPassedTests,
  numFailedTests,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults,
});
function read(exitCode, report) {
  const reportFile = path.join(directory, 'report.json');
  rmSync(reportFile, { force: true });
  if (report) writeFileSync(reportFile, JSON.stringify(report));
  return readCount({ exitCode, reportFile, count: countVitest });
}

describe('the closing line cannot be green by accident', () => {
  it('counts what passed and failed', () => {
    expect(read(1, vitestReport(3, 2))).toMatchObject({ passed: 3, failed: 2 });
    expect(read(0, vitestReport(3, 0))).toMatchObject({ passed: 3, failed: 0 });
  });
  it('counts a test file that cannot be loaded as a failure', () => {
    expect(read(1, vitestReport(3, 0, [{ status: 'failed', assertionResults: [] }])).failed).toBe(1);
  });
  it('counts a run that ended badly without a failed test as a failure', () => {
    expect(read(1, vitestReport(3, 0)).failed).toBe(1);
  });
  it('counts a run without a report as a failure', () => {
    expect(read(0, undefined).failed).toBe(1);
  });
  it('counts a run of no test as a failure', () => {
    expect(read(0, vitestReport(0, 0)).failed).toBe(1);
  });
  it('counts a browser test that passed only at a second try as a failure', () => {
    const stats = { expected: 4, unexpected: 1, flaky: 1, skipped: 0 };
    expect(countPlaywright({ stats, errors: [] })).toEqual({ passed: 4, failed: 2, skipped: 0 });
    expect(countPlaywright({ stats, errors: [{}] }).failed).toBe(3);
  });
});
