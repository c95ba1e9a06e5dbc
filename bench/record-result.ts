import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import path from 'node:path';

/** Figures of one bench run, by name; the unit is in the name (`p50Ms1`, `oneByOneVsAnvil`). */
export type Figures = Readonly<Record<string, number>>;

export interface BenchResult {
  readonly commit: string;
  readonly date: string;
  readonly machine: string;
  readonly figures: Figures;
}

/** Writes `bench/results/<name>.json`, and the table of that bench in `bench/RESULTS.md`. */
export function recordResult(name: string, title: string, figures: Figures, notes: readonly string[] = []): BenchResult {
  const directory = path.resolve(import.meta.dirname, 'results');
  const result: BenchResult = { commit: describeCommit(), date: new Date().toISOString(), machine: describeMachine(), figures };
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  replaceSection(path.resolve(import.meta.dirname, 'RESULTS.md'), name, renderSection(title, result, notes));
  return result;
}

/** The commit measured; `+` when the tree had changes beside the recorded results. */
function describeCommit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).trim();
  const changed = git('status', '--porcelain', '--', ':/', ':(exclude,top)bench/results', ':(exclude,top)bench/RESULTS.md');
  return git('rev-parse', '--short=12', 'HEAD') + (changed ? '+' : '');
}

function describeMachine(): string {
  const [first] = cpus();
  return `${cpus().length} cores ${first?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;
}

function renderSection(title: string, result: BenchResult, notes: readonly string[]): string {
  const rows = Object.entries(result.figures).map(([name, value]) => `| ${name} | ${value} |`);
  return [
    `## ${title}`,
    '',
    `Commit ${result.commit}, ${result.date.slice(0, 10)}, ${result.machine}.`,
    '',
    '| figure | value |',
    '|---|---:|',
    ...rows,
    '',
    ...notes.flatMap((note) => [note, '']),
  ].join('\n');
}

/** Each bench owns the part between its two marks, so that one run never touches another's numbers. */
function replaceSection(file: string, name: string, section: string): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const text = readFileSync(file, 'utf8');
  const block = `${begin}\n${section}${end}`;
  const at = text.indexOf(begin);
  const next = at < 0 ? `${text.trimEnd()}\n\n${block}\n` : text.slice(0, at) + block + text.slice(text.indexOf(end) + end.length);
  writeFileSync(file, next);
}
