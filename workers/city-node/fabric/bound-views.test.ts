import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EndorserPorts } from '@/lib/ledger';
import { boundViews } from './bound-views';

let released: number;
const openView = (async (channelId: string) => {
  if (channelId === 'broken') throw new Error('broken');
  return channelId === 'ghost' ? undefined : { channelId, release: () => void (released += 1) };
}) as unknown as EndorserPorts['openView'];

beforeEach(() => {
  released = 0;
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

describe('views of simulations', () => {
  it('are lent to so many at a time, and again when one is given back or was none', async () => {
    const open = boundViews(openView, { heldMax: 2, heldPerChannelMax: 2, heldMsMax: 1_000 });
    const [first] = [await open('a'), await open('a')];
    await expect(open('a')).rejects.toMatchObject({ code: 'queue-full' });
    first?.release();
    first?.release();
    expect(released).toBe(1);
    expect(await open('ghost')).toBeUndefined();
    await expect(open('broken')).rejects.toThrow('broken');
    expect(await open('a')).toBeDefined();
    await expect(open('a')).rejects.toMatchObject({ code: 'queue-full' });
  });

  it('are lent to each channel up to its share: one that takes its time keeps no other waiting', async () => {
    const open = boundViews(openView, { heldMax: 5, heldPerChannelMax: 2, heldMsMax: 1_000 });
    await open('a');
    await open('a');
    await expect(open('a')).rejects.toMatchObject({ code: 'queue-full' });
    expect(await open('b')).toBeDefined();
  });

  it('are taken back from who lost them, once', async () => {
    const open = boundViews(openView, { heldMax: 1, heldPerChannelMax: 1, heldMsMax: 1_000 });
    const view = await open('a');
    vi.advanceTimersByTime(1_000);
    expect(released).toBe(1);
    view?.release();
    expect(released).toBe(1);
    expect(await open('a')).toBeDefined();
    await expect(open('a')).rejects.toMatchObject({ code: 'queue-full' });
  });
});
