// One process of `npm run sim`: gets chunks of seeds, answers with what came of them.
import { simulate, simulateFabric } from '@/lib/ledger/testing';
import { addSums, type SeedFailure } from './state-file';

export interface Chunk {
  readonly mode: 'solo' | 'crash' | 'byzantine';
  readonly framework: 'counter' | 'fabric';
  readonly first: number;
  readonly count: number;
}

export interface ChunkResult {
  readonly first: number;
  readonly passed: number;
  readonly failures: readonly SeedFailure[];
  /** Sums over the seeds; of what is called a maximum, the highest. */
  readonly sums: Readonly<Record<string, number>>;
}

async function runChunk({ mode, framework, first, count }: Chunk): Promise<ChunkResult> {
  const failures: SeedFailure[] = [];
  let sums: Record<string, number> = {};
  for (let seed = first; seed < first + count; seed += 1) {
    const { failure, stats } = framework === 'fabric' ? await simulateFabric(seed, mode) : simulate(seed, mode);
    sums = addSums(sums, { ...stats });
    if (failure !== undefined) failures.push({ seed, ...failure });
  }
  return { first, passed: count - failures.length, failures, sums };
}

if (process.send !== undefined) {
  process.on('message', (chunk: Chunk) => {
    runChunk(chunk).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        // Whoever asked sees it end, and what it says.
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
}
