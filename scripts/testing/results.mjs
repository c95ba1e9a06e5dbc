// Counts from the reporters' JSON files: the only source of the closing line.
import { existsSync, readFileSync } from 'node:fs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/** @returns {Count} */
export function countVitest(report) {
  // A file that cannot be loaded has no failed test of its own, but it is a failure.
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** @returns {Count} */
export function countPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped };
}

/**
 * What one run comes to. A run that ended badly or left no report has failed, whatever it counted; a run of
 * no test at all has proven nothing.
 * @param {{ exitCode: number, reportFile: string, count: (report: any) => Count }} options
 * @returns {Count}
 */
export function readCount({ exitCode, reportFile, count }) {
  if (!existsSync(reportFile)) return { passed: 0, failed: 1, skipped: 0 };
  const found = count(JSON.parse(readFileSync(reportFile, 'utf8')));
  const isBad = exitCode !== 0 || found.passed + found.failed === 0;
  return isBad && found.failed === 0 ? { ...found, failed: 1 } : found;
}
