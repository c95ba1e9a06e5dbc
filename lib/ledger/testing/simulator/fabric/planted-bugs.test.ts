import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../core/crypto';
import type { Finality } from '../../../core/consensus/rules';
import type { StateReader, StateWrite } from '../../../core/storage';
import { readDefinitions } from '../../../frameworks/fabric/definitions';
import type { BlockParts } from '../../../frameworks/fabric/execute-block';
import { validateBlock, type BlockTransaction, type TxRwset } from '../../../frameworks/fabric/state';
import { publicKey } from '../../../frameworks/fabric/state/state-keys';
import { decodeVersion } from '../../../frameworks/fabric/state/versioned-value';
import { overlaid, toOverlay } from '../../../storage/chain-state';
import type { Outcome } from '../simulate';
import { createProgram, type FabricProgram } from './program';
import { simulateFabric } from './simulate-fabric';

/** Cores that are shared with a busy machine: slow is not wrong. */
const PATIENCE = { timeout: 300_000 };
const real = createProgram();
const withParts = (parts: Partial<BlockParts>): FabricProgram => createProgram({ readDefinitions, validateBlock, ...parts });

/** The first failure among that many seeds. A bug that is not found in them fails the test. */
async function find(mode: Finality, seeds: number, programOf: (host: number) => FabricProgram): Promise<NonNullable<Outcome['failure']>> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { failure } = await simulateFabric(seed, mode, { programOf });
    if (failure !== undefined) return failure;
  }
  throw new Error(`not found in ${seeds} seeds`);
}

const HISTORY = 0x22;
const PRIVATE = 0x40;
const TRANSIENT = 0x51;
const isIn = (space: number, { key }: StateWrite): boolean => key[0] === space;

/** Reads whatever version it finds: only writes of the same block are conflicts. */
const ignoresVersions = withParts({
  validateBlock: (block, state) => validateBlock({ ...block, transactions: block.transactions.map((one) => withVersionsOf(state, one)) }, state),
});

function withVersionsOf(state: StateReader, one: BlockTransaction): BlockTransaction {
  const versionAt = (namespace: string, key: string) => {
    const bytes = state.get(publicKey(namespace, key));
    return bytes && decodeVersion(bytes);
  };
  const rwset: TxRwset | undefined = one.rwset && {
    namespaces: one.rwset.namespaces.map((part) => ({ ...part, reads: part.reads.map(({ key }) => ({ key, version: versionAt(part.namespace, key) })) })),
  };
  return { ...one, rwset };
}

/** Judges endorsements by what is in force after the block. */
const judgesByTheNewDefinition: FabricProgram = {
  ...real,
  execute: (channel, known, input, state) => {
    const { writes } = real.execute(channel, known, input, state).executed;
    const after = overlaid(state, toOverlay(writes));
    return withParts({ readDefinitions: () => readDefinitions(channel, after) }).execute(channel, known, input, state);
  },
};

const historyOneBlockLate = withParts({
  validateBlock: (block, state) => {
    const validated = validateBlock(block, state);
    const writes = validated.writes.map((write) => (isIn(HISTORY, write) ? { ...write, key: oneBlockLater(write.key) } : write));
    return { ...validated, writes };
  },
});

/** Its last bytes are the block, six of them, and the place in it, four. */
function oneBlockLater(key: Uint8Array): Uint8Array {
  const later = Buffer.from(key);
  const at = later.length - 10;
  later.writeUIntBE(later.readUIntBE(at, 6) + 1, at, 6);
  return later;
}

/** Private data of others are what the others say. */
const believesOthers: FabricProgram = {
  ...real,
  keep: (channel, request, state) => real.keep(channel, request.kind === 'reconcile' ? { ...request, late: { ...request.late, hash: sha256(request.late.plaintext) } } : request, state),
};

const without = (isLost: (write: StateWrite) => boolean): FabricProgram => ({ ...real, ownWrites: (block, roles, state) => real.ownWrites(block, roles, state).filter((write) => !isLost(write)) });

const remembersTooLong = withParts({
  readDefinitions: (channel, state) => {
    const definitions = readDefinitions(channel, state);
    return {
      ...definitions,
      collectionsOf: (namespace) => {
        const found = definitions.collectionsOf(namespace);
        return found && new Map([...found].map(([name, one]) => [name, { ...one, blockToLive: one.blockToLive === 0 ? 0 : one.blockToLive + 1 }]));
      },
    };
  },
});

describe('the simulator finds a peer of a channel', PATIENCE, () => {
  it.each(['solo', 'crash', 'byzantine'] as const)('that looks at no versions (%s)', async (mode) => {
    expect(await find(mode, 10, () => ignoresVersions)).toMatchObject({ kind: 'violation', what: 'codes' });
  });

  it('that judges endorsements by a definition that comes into force with the block', async () => {
    expect(await find('byzantine', 40, () => judgesByTheNewDefinition)).toMatchObject({ kind: 'violation', what: 'codes' });
  });

  it('whose history is one block late', async () => {
    expect(await find('crash', 10, () => historyOneBlockLate)).toMatchObject({ kind: 'violation', what: 'history' });
  });

  it('that keeps private data of others without looking at their hash', async () => {
    expect(await find('byzantine', 40, () => believesOthers)).toMatchObject({ kind: 'violation', what: 'private data' });
  });

  it('that keeps aside what has come into a block', async () => {
    expect(await find('solo', 10, () => without((write) => isIn(TRANSIENT, write) && write.value === undefined))).toMatchObject({ kind: 'violation', what: 'private data' });
  });

  it('that keeps private data which were purged or whose time is over', async () => {
    expect(await find('solo', 10, () => without((write) => isIn(PRIVATE, write) && write.value === undefined))).toMatchObject({ kind: 'violation', what: 'private data' });
  });

  it('that lets private data live for one block more', async () => {
    expect(await find('crash', 40, () => remembersTooLong)).toMatchObject({ kind: 'violation' });
  });

  it('that alone comes to other results', async () => {
    expect(await find('crash', 20, (host) => (host === 1 ? historyOneBlockLate : real))).toMatchObject({ kind: 'violation', what: 'roots' });
    expect(await find('crash', 20, (host) => (host === 1 ? ignoresVersions : real))).toMatchObject({ kind: 'violation' });
  });
});
