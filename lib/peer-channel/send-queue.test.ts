import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Assembler } from './assembler';
import { channelLimits } from './limits';
import { SendQueue, type QueueLimits } from './send-queue';

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const small: QueueLimits = { messageBytesMax: 64, partBytesMax: 16, openMessagesMax: 2, queueMessagesMax: 12, queueBytesMax: 512 };

function open(limits: Partial<QueueLimits> = {}) {
  const drops: Record<string, number> = {};
  const queue = new SendQueue({ ...channelLimits, ...limits }, (reason, count) => (drops[reason] = (drops[reason] ?? 0) + count));
  return { queue, drops };
}
const message = (chain: string, ...bytes: number[]) => ({ route: { chain, from: 'SIN', to: 'PAR' }, bytes: Uint8Array.from(bytes) });
const sized = (chain: string, length: number, first = 0) => ({ route: { chain, from: 'SIN', to: 'PAR' }, bytes: Uint8Array.from({ length }, (_, at) => (first + at) & 0xff) });

/** Chain of each piece that can be sent now, in order. */
function drain(queue: SendQueue): string[] {
  const chains = new Map<number, string>();
  const order: string[] = [];
  for (let part = queue.next(); part; part = queue.next()) {
    if (part.opening) chains.set(part.message, part.opening.route.chain);
    order.push(chains.get(part.message) ?? '?');
  }
  return order;
}

describe('the send queue', () => {
  it('lets sub-chains take turns, so that a quiet one waits for one piece of each other', () => {
    const { queue } = open({ partBytesMax: 16 });
    for (let at = 0; at < 5; at += 1) queue.push(message('flood', at), 0);
    queue.push(sized('block', 48), 0);
    queue.push(message('quiet', 1), 0);
    expect(drain(queue)).toEqual(['flood', 'block', 'quiet', 'flood', 'block', 'flood', 'block', 'flood', 'flood']);
    expect([queue.messages, queue.bytes]).toEqual([0, 0]);
  });

  it('drops the oldest of who floods, never what a quiet sub-chain has waiting', () => {
    const { queue, drops } = open();
    for (let at = 0; at < 50; at += 1) queue.push(message(`quiet-${at}`, at), 0);
    for (let at = 0; at < 10_000; at += 1) queue.push(message('flood', at >> 8, at & 0xff), 0);
    expect([queue.messages, drops]).toEqual([channelLimits.queueMessagesMax, { 'queue-full': 10_050 - channelLimits.queueMessagesMax }]);
    for (let at = 50; at < 100; at += 1) queue.push(message(`quiet-${at}`, at), 0);
    const order = drain(queue);
    expect(order.filter((chain) => chain.startsWith('quiet'))).toHaveLength(100);
    expect(order.indexOf('quiet-99')).toBeLessThan(102);
  });

  it('keeps the newest of who floods', () => {
    const { queue } = open({ queueMessagesMax: 3 });
    for (let at = 0; at < 10; at += 1) queue.push(message('flood', at), 0);
    const first = queue.next();
    expect(first?.bytes).toEqual(Uint8Array.of(7));
  });

  it('is bounded in bytes as in messages: large messages push out large ones', () => {
    const { queue, drops } = open();
    const block = new Uint8Array(16 * 1024 * 1024);
    for (let at = 0; at < 200; at += 1) queue.push(message('small', at), 0);
    for (let at = 0; at < 10; at += 1) queue.push({ ...message('large'), bytes: block }, 0);
    expect(queue.bytes).toBeLessThanOrEqual(channelLimits.queueBytesMax);
    expect(drops).toEqual({ 'queue-full': 7 });
    expect(drain(queue).filter((chain) => chain === 'small')).toHaveLength(200);
  });

  it('shares a full queue between several that flood', () => {
    const { queue } = open({ queueMessagesMax: 400 });
    for (let at = 0; at < 4_000; at += 1) queue.push(message(`flood-${at % 4}`, at & 0xff), 0);
    const order = drain(queue);
    expect([0, 1, 2, 3].map((one) => order.filter((chain) => chain === `flood-${one}`).length)).toEqual([100, 100, 100, 100]);
  });

  it('drops what waited too long, and only that', () => {
    const { queue, drops } = open();
    queue.push(message('a', 1), 100);
    queue.push(message('b', 2), 200);
    queue.push(message('a', 3), 300);
    queue.dropOlderThan(200);
    expect([drops, drain(queue)]).toEqual([{ stale: 1 }, ['a', 'b']]);
  });

  it('completes what was begun when no more may be begun, and begins it anew on another stream', () => {
    const { queue } = open(small);
    queue.push(sized('a', 40), 0);
    queue.push(message('b', 1), 0);
    expect(queue.next()?.opening?.sizeBytes).toBe(40);
    expect(queue.nextBegun()).toMatchObject({ message: 0, opening: null });
    queue.restart();
    expect(queue.nextBegun()).toBeUndefined();
    // Its lane was served last, so the other one comes first.
    expect(drain(queue)).toEqual(['b', 'a', 'a', 'a']);
    expect([queue.messages, queue.bytes]).toEqual([0, 0]);
  });

  it(`brings every message that it does not drop, whole and in its sub-chain's order, and counts right (seed ${seed})`, () => {
    const action = fc.oneof(
      { weight: 5, arbitrary: fc.record({ chain: fc.constantFrom('a', 'b', 'c', 'd', 'e'), length: fc.nat(64) }) },
      { weight: 4, arbitrary: fc.constant('send' as const) },
      { weight: 1, arbitrary: fc.constant('stream breaks' as const) },
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
        const { queue, drops } = open(small);
        let assembler = new Assembler(small, () => true);
        const arrived = new Map<string, number[]>();
        let pushed = 0;
        let whole = 0;
        const send = () => {
          const part = queue.next();
          if (!part) return false;
          const assembled = assembler.add(part);
          if (assembled && 'violation' in assembled) throw new Error(assembled.violation);
          if (assembled) {
            whole += 1;
            const { chain } = assembled.route;
            if (assembled.bytes.length > 1) arrived.set(chain, [...(arrived.get(chain) ?? []), (assembled.bytes[0] ?? 0) * 256 + (assembled.bytes[1] ?? 0)]);
          }
          return true;
        };
        for (const one of actions) {
          if (one === 'send') send();
          else if (one === 'stream breaks') {
            queue.restart();
            assembler = new Assembler(small, () => true);
          } else {
            queue.push({ route: { chain: one.chain, from: 'SIN', to: 'PAR' }, bytes: Uint8Array.from({ length: one.length }, (_, at) => (at === 0 ? pushed >> 8 : at === 1 ? pushed & 0xff : at)) }, 0);
            pushed += 1;
          }
          expect(queue.messages).toBeLessThanOrEqual(small.queueMessagesMax);
          expect(queue.bytes).toBeLessThanOrEqual(small.queueBytesMax);
        }
        while (send());
        expect([queue.messages, queue.bytes, assembler.openMessages]).toEqual([0, 0, 0]);
        expect(whole + (drops['queue-full'] ?? 0)).toBe(pushed);
        for (const numbers of arrived.values()) expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      }),
      { seed, numRuns: 300 },
    );
  });
});
