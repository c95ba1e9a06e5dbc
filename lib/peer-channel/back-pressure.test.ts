import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { channelLimits } from './index';
import { openTestChannel, TestAuthority, type TestChannel, type TestChannelOptions } from './testing';

/** Machines are shared: slow is not wrong. */
vi.setConfig({ testTimeout: 120_000 });
const until = <T>(task: () => T | Promise<T>): Promise<T> => vi.waitFor(task, { timeout: 25_000, interval: 10 });

let authority: TestAuthority;
beforeAll(async () => {
  authority = await TestAuthority.create();
});
const opened: TestChannel[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ channel }) => channel.close(0)));
});
async function open(hostId: string, options: Partial<TestChannelOptions> = {}): Promise<TestChannel> {
  const one = await openTestChannel({ hostId, identity: await authority.identityOf(hostId), ...options });
  opened.push(one);
  return one;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const route = (chain: string) => ({ chain, from: 'SIN', to: 'PAR' });
/** What lies in buffers of the two processes' libraries and of the kernel between the queue of one and the handler of the other. */
const onTheWayMax = 24 * MiB;

it('a host that reads slowly is sent no more than it takes: the rest waits in a bounded queue, whose oldest go, and all is well when it reads again', async () => {
  const waiting: (() => void)[] = [];
  let isSlow = true;
  const taken: number[] = [];
  const message = (_: unknown, __: unknown, bytes: Uint8Array) => {
    taken.push((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0));
    return isSlow ? new Promise<void>((resolve) => waiting.push(resolve)) : undefined;
  };
  const limits = { handlingMessagesMax: 8, handlingBytesMax: 2 * MiB };
  const [a, b] = [await open('host_a'), await open('host_b', { handlers: { message }, limits })];
  const count = 600;
  for (let at = 0; at < count; at += 1) {
    const bytes = new Uint8Array(256 * KiB);
    bytes.set([at >> 8, at & 0xff]);
    a.channel.send(b.remote, route('tide-1'), bytes);
    if (at % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await until(() => expect(taken).toHaveLength(8));
  // Nothing more is read, however long it lasts: both counts stand still.
  const before = { sent: -1 };
  await until(async () => {
    before.sent = a.channel.stats().bytesSent;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(a.channel.stats().bytesSent).toBe(before.sent);
  });
  expect(taken).toHaveLength(8);
  const { bytesSent, dropped, remotes } = a.channel.stats();
  expect(bytesSent).toBeLessThan(8 * 256 * KiB + onTheWayMax);
  expect(remotes[0]?.queuedBytes).toBeLessThanOrEqual(channelLimits.queueBytesMax);
  expect(dropped['queue-full']).toBeGreaterThan(0);

  isSlow = false;
  for (const one of waiting) one();
  await until(() => expect(taken).toHaveLength(count - (dropped['queue-full'] ?? 0)));
  expect(taken).toEqual(taken.toSorted((x, y) => x - y));
  expect(taken.at(-1)).toBe(count - 1);
  expect([a.channel.stats().remotes[0]?.queuedBytes, b.channel.stats().refused]).toEqual([0, {}]);
});

it('a sub-chain that floods does not take the place of others: theirs all arrive, ahead of most of it', async () => {
  const [a, b] = [await open('host_a'), await open('host_b')];
  const flood = new Uint8Array(64 * KiB);
  for (let at = 0; at < 6_000; at += 1) {
    a.channel.send(b.remote, route('flood-1'), flood);
    if (at % 600 === 0) for (let quiet = 0; quiet < 5; quiet += 1) a.channel.send(b.remote, route(`quiet-${quiet}`), Uint8Array.of(at / 600));
  }
  await until(() => expect(a.channel.stats().remotes[0]?.queuedMessages).toBe(0));
  await until(() => expect(b.received).toHaveLength(6_000 + 50 - (a.channel.stats().dropped['queue-full'] ?? 0)));
  const places = b.received.flatMap(({ route: { chain } }, at) => (chain.startsWith('quiet') ? [at] : []));
  expect(places).toHaveLength(50);
  expect(places.at(-1)).toBeLessThan(b.received.length / 2);
  expect(a.channel.stats().dropped['queue-full']).toBeGreaterThan(4_000);
});

it('one host that does not read keeps no other from being served', async () => {
  const [a, b, c] = [await open('host_a'), await open('host_b', { handlers: { message: () => new Promise(() => undefined) }, limits: { handlingMessagesMax: 1 } }), await open('host_c')];
  for (let at = 0; at < 100; at += 1) a.channel.send(b.remote, route('tide-1'), new Uint8Array(MiB));
  for (let at = 0; at < 100; at += 1) a.channel.send(c.remote, route('tide-1'), Uint8Array.of(at));
  await until(() => expect(c.received).toHaveLength(100));
  // Calls go beside the stream that is full.
  expect(await a.channel.fetchBlocks(b.remote, { chain: 'tide-1', cityNode: 'PAR', from: 0, limit: 1 })).toEqual([]);
});
