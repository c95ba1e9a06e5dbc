import { defineConfig } from 'vitest/config';
import { SpreadingSequencer } from './scripts/testing/spreading-sequencer.ts';

// `*.test.ts` needs nothing; `*.integration.test.ts` needs the services of `npm run with-services`;
// `*.conformance.test.ts` runs published clients and vectors against the sockets and doors; `*.full.test.ts` takes minutes
// and belongs to `npm run test:full` alone.
const everywhere = '{app,bench,lib,prisma,scripts,workers}/**';
const kind = (name: string) => `${everywhere}/*.${name}.{ts,tsx,mjs}`;
const notUnit = [kind('integration.test'), kind('conformance.test'), kind('full.test')];
// Unit tests that only calculate, two hundred files: they share processes, for a fresh one takes longer than most of them.
const engine = 'core,frameworks/{ethereum/rpc,fabric},ordering,storage,vm/{chaincode,evm}';
const calculations = ['lib/ledger/frameworks/ethereum/*.test.ts', `{app/{\\(portal\\),\\(admin\\),_components},lib/{city-nodes,explorer,platform/pure,sub-chains,x509},lib/ledger/{${engine}}}/**/*.test.{ts,tsx}`];
// LMDB keeps what is open for the whole process, has threads of its own there, and a broken page ends all of it: each of
// these files has a process to itself. Who else opens it among those that share is told to be named here.
const opensLmdb = ['lib/ledger/core/move/moves.test.ts', 'lib/ledger/storage/disk/{corruption,disk-storage,lmdb-home,lmdb-index}.test.ts'];
// Each worker has its own database (scripts/testing/shards.mjs); a file gets a fresh process.
const setupFiles = ['scripts/testing/use-shard.mjs'];

export default defineConfig({
  resolve: { alias: { '@': import.meta.dirname } },
  test: {
    pool: 'forks',
    // One more than two cores: some files wait most of their time. As many as scripts/testing/shards.mjs has databases.
    maxWorkers: 3,
    sequence: { sequencer: SpreadingSequencer },
    // Real key derivation, real disks and two cores shared with a database: slow is not wrong.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [kind('test')],
          exclude: [...notUnit, ...calculations],
        },
      },
      {
        extends: true,
        test: {
          name: 'unit-calculations',
          include: calculations,
          exclude: [...notUnit, ...opensLmdb],
          isolate: false,
          alias: { lmdb: `${import.meta.dirname}/scripts/testing/no-lmdb.ts` },
          // Last: between others, nobody would take over their processes.
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { name: 'unit-lmdb', include: opensLmdb } },
      { extends: true, test: { name: 'integration', include: [kind('integration.test')], setupFiles } },
      { extends: true, test: { name: 'conformance', include: [kind('conformance.test')], setupFiles } },
      { extends: true, test: { name: 'full', include: [kind('full.test')], setupFiles } },
    ],
  },
});
