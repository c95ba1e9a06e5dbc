import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { open as openLmdb } from 'lmdb';
import { afterAll, describe, expect, it } from 'vitest';
import { createInProcessNetwork } from './core/in-process-network';
import type { LedgerHost } from './core/host-types';
import { openLedgerHost } from './open-ledger-host';
import { counterFramework } from './testing/counter-framework';
import { createManualPorts } from './testing/manual-ports';
import { createTemporaryDirectory } from './testing/temporary-directory';
import { add, openTestChain, readCounter, TEST_CHAIN } from './testing/test-nodes';

const home = createTemporaryDirectory();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  home.remove();
});

let network = createInProcessNetwork();
async function openNode(name: string, keyByte = 5): Promise<LedgerHost> {
  const { link, enter } = network.connect();
  const options = { directory: `${home.path}/${name}`, keyEncryptionKey: new Uint8Array(32).fill(keyByte), frameworks: [counterFramework], link, ports: createManualPorts().ports };
  const host = await openLedgerHost(options);
  const leave = enter(name, host);
  const close = host.close.bind(host);
  host.close = async () => {
    leave();
    await close();
  };
  return host;
}

function holdProcess(name: string): { child: ChildProcess; lines: string[]; opened: Promise<unknown> } {
  const script = fileURLToPath(new URL('testing/hold-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, `${home.path}/${name}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const opened = Promise.race([once(reader, 'line'), once(child, 'exit')]);
  reader.on('line', (line) => lines.push(line));
  return { child, lines, opened };
}

describe('a city node on disk', () => {
  it('serves the same after a restart: blocks, state, keys, status', async () => {
    network = createInProcessNetwork();
    const nodes = [await openNode('restart-0'), await openNode('restart-1')];
    await openTestChain(nodes.map((host) => ({ host })));
    const [orderer, follower] = nodes as [LedgerHost, LedgerHost];
    for (let count = 0; count < 30; count += 1) await orderer.submit(TEST_CHAIN, add('c', 1));
    await follower.catchUp(TEST_CHAIN);
    await follower.stopChain(TEST_CHAIN, 'unpaid');
    const before = nodes.map((host) => ({ head: host.head(TEST_CHAIN), genesis: host.genesis(TEST_CHAIN), key: host.peerStatus(TEST_CHAIN).publicKey }));
    for (const host of nodes) await host.close();

    const again = [await openNode('restart-0'), await openNode('restart-1')] as [LedgerHost, LedgerHost];
    expect(again.map((host) => ({ head: host.head(TEST_CHAIN), genesis: host.genesis(TEST_CHAIN), key: host.peerStatus(TEST_CHAIN).publicKey }))).toEqual(before);
    expect(await readCounter(again[1], 'c')).toMatchObject({ height: 30, value: 30 });
    expect(again[1].peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', stopped: { reason: 'unpaid' } });
    await again[1].startChain(TEST_CHAIN);
    await again[0].submit(TEST_CHAIN, add('c', 1));
    expect(await again[1].catchUp(TEST_CHAIN)).toMatchObject({ height: 31 });
    for (const host of again) {
      await host.verify();
      await host.close();
    }
  });

  it('removes a chain from the disk for good', async () => {
    network = createInProcessNetwork();
    const host = await openNode('remove');
    await openTestChain([{ host }]);
    await host.submit(TEST_CHAIN, add('c', 1));
    await host.removeChain(TEST_CHAIN);
    expect(host.stats().deadBytes).toBeGreaterThan(500);
    await host.close();
    const again = await openNode('remove');
    expect(again.chains()).toEqual([]);
    await again.close();
  });

  it('syncs once for a block, not for each transaction, and never for an idle chain', async () => {
    network = createInProcessNetwork();
    const host = await openNode('syncs');
    await openTestChain([{ host }]);
    const before = host.stats();
    await Promise.all(Array.from({ length: 300 }, () => host.submit(TEST_CHAIN, add('c', 1))));
    const after = host.stats();
    expect(after.transactions - before.transactions).toBe(300);
    expect(after.syncs - before.syncs).toBeLessThanOrEqual(after.blocks - before.blocks);
    expect(after.blocks - before.blocks).toBeLessThan(30);
    await host.close();
  });

  it('is seen to be corrupted when a byte of its state changes under it, stops, and goes on once it was started again, for the index is made anew', async () => {
    network = createInProcessNetwork();
    const nodes = [await openNode('corrupt-0'), await openNode('corrupt-1')] as [LedgerHost, LedgerHost];
    await openTestChain(nodes.map((host) => ({ host })));
    await nodes[0].submit(TEST_CHAIN, add('c', 7));
    await nodes[1].catchUp(TEST_CHAIN);
    await nodes[1].close();

    const index = openLmdb<Buffer, Buffer>({ path: `${home.path}/corrupt-1/index`, keyEncoding: 'binary', encoding: 'binary' });
    const entry = Array.from(index.getRange({})).find(({ key }) => key.toString('latin1').includes('counter/c'));
    if (entry === undefined) throw new Error('the counter lies in the index');
    const wrong = Buffer.from(entry.value);
    wrong[wrong.length - 1] = 9;
    await index.put(entry.key, wrong);
    await index.close();

    const follower = await openNode('corrupt-1');
    expect(follower.peerStatus(TEST_CHAIN).state).toBe('running');
    await nodes[0].submit(TEST_CHAIN, add('c', 1));
    await expect(follower.catchUp(TEST_CHAIN)).rejects.toMatchObject({ code: 'chain-stopped' });
    const seen = { state: 'stopped', height: 1, stopped: { by: 'fault', height: 2, reason: expect.stringMatching(/cannot be executed: an entry of the index/) } };
    expect(follower.peerStatus(TEST_CHAIN)).toMatchObject(seen);
    await follower.close();
    const again = await openNode('corrupt-1');
    expect(again.peerStatus(TEST_CHAIN)).toMatchObject(seen);
    await again.verify();
    await again.startChain(TEST_CHAIN);
    expect(await again.catchUp(TEST_CHAIN)).toMatchObject({ height: 2 });
    expect(await readCounter(again, 'c')).toMatchObject({ value: 8 });
    expect(nodes[0].peerStatus(TEST_CHAIN)).toMatchObject({ state: 'running', height: 2 });
    await again.close();
    await nodes[0].close();
  });

  it('says that its keys do not open under another key-encryption key', async () => {
    network = createInProcessNetwork();
    const host = await openNode('kek');
    await openTestChain([{ host }]);
    await host.close();
    const other = await openNode('kek', 6);
    expect(() => other.head(TEST_CHAIN)).toThrow(expect.objectContaining({ code: 'chain-stopped', message: expect.stringContaining('key-encryption key') }));
    expect(other.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'stopped', height: 0, stopped: { by: 'fault', reason: expect.stringContaining('key-encryption key') } });
    expect(other.chains()).toEqual([TEST_CHAIN]);
    await other.close();
  });

  it('takes the same steps again after any of them was cut short', async () => {
    network = createInProcessNetwork();
    let host = await openNode('steps');
    const { publicKey } = await host.createPeer(TEST_CHAIN);
    await host.close();
    host = await openNode('steps');
    expect(host.peerStatus(TEST_CHAIN)).toMatchObject({ state: 'key' });
    expect((await host.createPeer(TEST_CHAIN)).publicKey).toEqual(publicKey);
    const spec = await openTestChain([{ host }]);
    await host.close();
    host = await openNode('steps');
    expect(await host.createChain(spec)).toMatchObject({ height: 0 });
    await host.close();
  });
});

describe('another process', () => {
  it('cannot open the directory while one has it, and can once that one was killed', async () => {
    network = createInProcessNetwork();
    const { child, opened, lines } = holdProcess('held');
    await opened;
    expect(lines).toContain('open');
    await expect(openNode('held')).rejects.toMatchObject({ code: 'storage-locked', message: expect.stringContaining('in use by process') });
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    const host = await openNode('held');
    await host.close();
  });
});
