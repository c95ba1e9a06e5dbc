import { describe, expect, it } from 'vitest';
import { createEmbeddedOrdering } from '../ordering/embedded/embedded-ordering';
import { createMemoryKeys } from '../storage/memory/memory-keys';
import { counterFramework } from '../testing/counter-framework';
import { lonelyLink } from '../testing/lonely-link';
import { createManualPorts } from '../testing/manual-ports';
import { createMemoryIndex } from '../testing/memory-index';
import { openTestStorage } from '../testing/open-test-storage';
import { createPowerCutFiles } from '../testing/power-cut-files';
import { openTestChain, rest, TEST_CHAIN } from '../testing/test-nodes';
import { createLedgerHost } from './host';
import type { LedgerHost, PeerLink } from './host-types';
import { VOTES_NOTE } from './validator';

/** A host whose only neighbour takes every question and answers none. */
async function openBeside(): Promise<{ readonly host: LedgerHost; readonly storage: Awaited<ReturnType<typeof openTestStorage>>; readonly asked: string[] }> {
  const manual = createManualPorts();
  const asked: string[] = [];
  const never = (what: string) => (): Promise<never> => {
    asked.push(what);
    return new Promise(() => undefined);
  };
  const link: PeerLink = { ...lonelyLink, peers: () => ['C1'], askSnapshot: never('snapshot'), fetchBlocks: never('blocks') };
  const storage = await openTestStorage({ directory: '/ledger', files: createPowerCutFiles(), index: createMemoryIndex(), manual });
  const host = createLedgerHost({ storage, keys: createMemoryKeys(), ordering: createEmbeddedOrdering(), frameworks: [counterFramework], link, ports: manual.ports });
  return { host, storage, asked };
}

/** Closes while others are asked; says what became of the call. */
async function closedDuring(host: LedgerHost, asked: readonly string[], call: Promise<unknown>): Promise<string> {
  const ended = call.then(() => 'done', (error: { code?: string }) => error.code ?? 'failed');
  await rest();
  expect(asked).toHaveLength(1);
  await host.close();
  return ended;
}

describe('closing does not wait for peers that do not answer', () => {
  it('while a lost ledger is asked for', async () => {
    const { host, asked } = await openBeside();
    await host.createPeer(TEST_CHAIN);
    expect(await closedDuring(host, asked, host.restoreChain(TEST_CHAIN, () => true))).toBe('peers-unreachable');
  });

  it('while a damaged one is to be healed', async () => {
    const { host, storage, asked } = await openBeside();
    await openTestChain([{ host }]);
    await storage.open(TEST_CHAIN)?.setNote(VOTES_NOTE, Buffer.from('rotten'));
    expect(() => host.head(TEST_CHAIN)).toThrow(expect.objectContaining({ code: 'chain-stopped' }));
    expect(await closedDuring(host, asked, host.healChain(TEST_CHAIN))).toBe('chain-stopped');
  });
});
