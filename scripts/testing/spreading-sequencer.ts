import path from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Of a file that has not run here yet. */
const unknownMs = 2_000;

/**
 * Long files first, and those that start processes and wait for them spread among those that calculate: many of the first
 * at a time would fight for the cores, and many of the second leave nobody to use what the first do not.
 */
export class SpreadingSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLast = ({ project }: TestSpecification): boolean => project.config.sequence.groupOrder > 0;
    const isUnit = ({ project }: TestSpecification): boolean => project.name === 'unit';
    const first = files.filter((file) => !isLast(file));
    const [calculate, wait] = [first.filter(isUnit), first.filter((file) => !isUnit(file))];
    return [...spread(this.#longFirst(calculate), this.#longFirst(wait)).map(({ file }) => file), ...(await super.sort(files.filter(isLast)))];
  }

  #longFirst(files: readonly TestSpecification[]): Timed[] {
    const timed = files.map((file) => {
      const known = this.ctx.cache.getFileTestResults(`${file.project.name}:${path.relative(this.ctx.config.root, file.moduleId)}`);
      return { file, ms: known?.duration ?? unknownMs };
    });
    return timed.toSorted((one, other) => other.ms - one.ms);
  }
}

interface Timed {
  readonly file: TestSpecification;
  readonly ms: number;
}

/** One list of both, each in its order: always the next of that of which the greater part is left. */
export function spread<T extends { readonly ms: number }>(left: readonly T[], right: readonly T[]): T[] {
  const part = (list: readonly T[], at: number): number => sum(list.slice(at)) / sum(list);
  const all: T[] = [];
  for (let [at, to] = [0, 0]; at < left.length || to < right.length; ) {
    const isLeft = to === right.length || (at < left.length && part(left, at) >= part(right, to));
    const next = isLeft ? left[at++] : right[to++];
    if (next !== undefined) all.push(next);
  }
  return all;
}

const sum = (list: readonly { readonly ms: number }[]): number => list.reduce((total, { ms }) => total + ms, 0);
