import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryWorld } from '@/lib/ledger/testing';
import type { ChaincodeName } from './chaincode-sandbox';
import { contractOf, TestSandbox } from './testing/test-sandbox';

const counter = contractOf(`
  async add(ctx, key) {
    const next = Number(await ctx.stub.getState(key)) + 1;
    await ctx.stub.putState(key, Buffer.from(String(next)));
    ctx.stub.setEvent('added', Buffer.from(key));
    return { next, org: ctx.clientIdentity.getMSPID(), peer: ctx.stub.getMspID() };
  }
  async list(ctx) {
    const keys = [];
    for await (const { key } of ctx.stub.getStateByRange('', '')) keys.push(key);
    return keys;
  }
  async wait(ctx) { await ctx.stub.getState('something'); }
  async fail() { throw new Error('no such asset'); }
  async ping() { return { here: true }; }`);

/** Keeps who asks it waiting until it is told to answer. */
class HeldWorld extends MemoryWorld {
  release!: () => void;
  private heard!: () => void;
  readonly asked = new Promise<void>((resolve) => (this.heard = resolve));
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  override async getState(): Promise<undefined> {
    this.heard();
    await this.released;
  }
}

let test: TestSandbox;

beforeAll(async () => {
  test = await TestSandbox.open({ runningMax: 2, pauseMsMin: 50 });
});
afterAll(() => test.close());

const running = () => test.sandbox.use().map(({ name }) => name.publisher).sort();

describe('stock chaincode in a sandbox', () => {
  let name: ChaincodeName;
  beforeAll(async () => {
    name = await test.install('alice', counter);
  });

  it('reads, writes, returns objects and knows its caller and its peer', async () => {
    const world = new MemoryWorld();
    expect(await test.call(name, 'add', ['a'], { world })).toEqual({ next: 1, org: 'Org1MSP', peer: 'Org1MSP' });
    expect(await test.call(name, 'add', ['a'], { world })).toMatchObject({ next: 2 });
    expect(Buffer.from(world.states.get('')!.get('a')!).toString()).toBe('2');
  });

  it('reads ranges of more than one message', async () => {
    const world = new MemoryWorld();
    const keys = Array.from({ length: 230 }, (_, index) => `k${String(index).padStart(4, '0')}`);
    for (const key of keys) await world.putState('', key, Buffer.from('v'));
    expect(await test.call(name, 'list', [], { world })).toEqual(keys);
    expect(world.openRows).toBe(0);
  });

  it('runs many transactions at once, each with its own world', async () => {
    const worlds = Array.from({ length: 100 }, () => new MemoryWorld());
    const answers = await Promise.all(worlds.map((world, index) => test.call(name, 'add', [`k${index}`], { world })));
    expect(answers.every((answer) => (answer as { next: number }).next === 1)).toBe(true);
    expect(worlds.every((world, index) => world.states.get('')!.has(`k${index}`))).toBe(true);
  });

  it('says no in its own words', async () => {
    await expect(test.call(name, 'fail')).rejects.toThrow('no such asset');
  });

  it('leaves its last lines for its publisher', () => {
    expect(test.sandbox.output(name).join('\n')).toMatch(/State transferred to "ready"/);
    expect(test.sandbox.output({ ...name, publisher: 'bob' })).toEqual([]);
  });
});

describe('sandboxes', () => {
  it('of two publishers are two, even for the same package', async () => {
    const [alice, bob] = [await test.install('alice', counter), await test.install('bob', counter)];
    expect(alice.packageId).toBe(bob.packageId);
    await Promise.all([test.call(alice, 'ping'), test.call(bob, 'ping')]);
    expect(running()).toEqual(['alice', 'bob']);
  });

  it('make room for others when nobody calls them, and not while somebody does', async () => {
    const [alice, bob, carol] = [await test.install('alice', counter), await test.install('bob', counter), await test.install('carol', counter)];
    await test.call(alice, 'ping');
    await test.call(bob, 'ping');
    const [first, second] = [new HeldWorld(), new HeldWorld()];
    const working = [test.call(alice, 'wait', [], { world: first })];
    await first.asked;
    await test.call(carol, 'ping');
    expect(running()).toEqual(['alice', 'carol']);
    working.push(test.call(carol, 'wait', [], { world: second }));
    await second.asked;
    await expect(test.call(bob, 'ping')).rejects.toMatchObject({ code: 'full' });
    first.release();
    second.release();
    await Promise.all(working);
    await test.call(bob, 'ping');
  });

  it('stop when nobody calls them for a while, and start with the next call', async () => {
    const idle = await TestSandbox.open({ idleMs: 100 });
    const name = await idle.install('alice', counter);
    await idle.call(name, 'ping');
    await expect.poll(() => idle.sandbox.output(name).at(-1), { timeout: 10_000 }).toBe('-- nobody called it for a while');
    expect(idle.sandbox.use()).toEqual([]);
    await idle.call(name, 'ping');
    await idle.close();
  });

  it('end with the room, and nothing of them is left', async () => {
    const other = await TestSandbox.open();
    const name = await other.install('alice', counter);
    await other.call(name, 'ping');
    const world = new HeldWorld();
    const working = other.call(name, 'wait', [], { world });
    working.catch(() => undefined);
    await world.asked;
    const pid = other.sandbox.use()[0]?.pid;
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    await other.close();
    await expect(working).rejects.toMatchObject({ code: 'stream-terminated', cause: new Error('the city node stops') });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await expect(other.call(name, 'ping')).rejects.toMatchObject({ code: 'closed' });
  });

  it('know only what was installed, and forget what was removed', async () => {
    const name = await test.install('dave', counter);
    await expect(test.call({ ...name, publisher: 'eve' }, 'ping')).rejects.toMatchObject({ code: 'package-unknown' });
    await test.call(name, 'ping');
    await test.sandbox.uninstall('dave', name.packageId);
    await expect(test.call(name, 'ping')).rejects.toMatchObject({ code: 'package-unknown' });
    expect(running()).not.toContain('dave');
  });

  it('that do not come up say why, in the last words of the chaincode', async () => {
    const name = await test.install('frank', `throw new Error('my own mistake');`);
    await expect(test.call(name, 'ping')).rejects.toMatchObject({ code: 'start-failed', message: expect.stringMatching(/did not come up: its process ended with code 1\. Its last words:[^]*my own mistake/) });
  });
});
