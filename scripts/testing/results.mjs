// Counts from the reporters' JSON files: the only source of the closing line.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

/**
 * @param {RegExp} ending of the names of the files that count
 * @returns {Count}
 */
export function countVitest(report, ending) {
  const files = report.testResults.filter((file) => ending.test(path.basename(file.name)));
  const statuses = files.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const having = (wanted) => statuses.filter((status) => status === wanted).length;
  // A file that cannot be loaded has no failed test of its own, but it is a failure.
  const unloaded = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const [passed, failed] = [having('passed'), having('failed')];
  return { passed, failed: failed + unloaded, skipped: statuses.length - passed - failed };
}

/** @returns {Count} */
export function countPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped };
}

/**
 * What a run of Vitest comes to, for each stage that it ran. One that ended badly or left no report has failed, whatever it
 * counted, and its first stage says so; a stage of no test at all has proven nothing, unless `isFiltered`.
 * @param {{ exitCode: number, reportFile: string, endings: Record<string, RegExp>, isFiltered: boolean }} options
 * @returns {Record<string, Count>}
 */
export function readCounts({ exitCode, reportFile, endings, isFiltered }) {
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, 'utf8')) : { testResults: [] };
  const counts = Object.fromEntries(Object.entries(endings).map(([stage, ending]) => [stage, countVitest(report, ending)]));
  const all = Object.values(counts);
  for (const count of isFiltered ? [] : all) if (count.passed + count.failed === 0) count.failed = 1;
  const isBad = exitCode !== 0 || all.every(({ passed }) => passed === 0);
  if (isBad && all.every(({ failed }) => failed === 0)) all[0].failed = 1;
  return counts;
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
