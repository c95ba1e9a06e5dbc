import { describe, expect, it } from 'vitest';
import { chainId } from '../core/types';
import { createMemoryKeys } from '../storage/memory/memory-keys';
import { createManualPorts } from './manual-ports';
import { createMemoryIndex } from './memory-index';

// A fake that lies makes every test above it worthless.
describe('ports moved by hand', () => {
  it('run what is due, in order, once, and not what was taken back', () => {
    const { ports, advance, scheduled } = createManualPorts();
    const ran: string[] = [];
    ports.schedule(20, () => ran.push('later'));
    ports.schedule(10, () => ran.push('sooner'));
    const takeBack = ports.schedule(10, () => ran.push('never'));
    takeBack();
    expect(scheduled()).toBe(2);
    advance(9);
    expect(ran).toEqual([]);
    advance(11);
    expect(ran).toEqual(['sooner', 'later']);
    advance(100);
    expect(ran).toHaveLength(2);
    expect(scheduled()).toBe(0);
  });

  it('keep the time and the log', () => {
    const { ports, advance, setClock, log } = createManualPorts();
    const before = ports.now();
    advance(5);
    expect(ports.now() - before).toBe(5);
    setClock(77);
    expect(ports.now()).toBe(77);
    ports.logger.warn({ chain: 'x' }, 'event');
    expect(log).toEqual([{ level: 'warn', event: 'event', fields: { chain: 'x' } }]);
  });
});

describe('index in memory', () => {
  const key = (text: string): Uint8Array => Buffer.from(text);
  const read = (index: ReturnType<typeof createMemoryIndex>, name: string): string => Buffer.from(index.get(key(name)) ?? []).toString();

  it('shows a transaction whole, when it resolves and not before', async () => {
    const index = createMemoryIndex();
    const done = index.apply([[key('a'), key('1')], [key('b'), key('2')]]);
    expect(read(index, 'a')).toBe('');
    await done;
    expect([read(index, 'a'), read(index, 'b'), index.size, index.applied]).toEqual(['1', '2', 2, 1]);
    await index.apply([[key('a'), undefined]]);
    expect([read(index, 'a'), index.size]).toEqual(['', 1]);
  });

  it('keeps of a transaction under way all or nothing when it is cut, and never answers for it', async () => {
    for (const keep of [true, false]) {
      const index = createMemoryIndex();
      await index.apply([[key('a'), key('1')]]);
      let isAnswered = false;
      void index.apply([[key('a'), key('2')], [key('b'), key('2')]]).then(() => {
        isAnswered = true;
      });
      const left = index.cut(keep);
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      expect(isAnswered).toBe(false);
      expect([read(left, 'a'), read(left, 'b')]).toEqual(keep ? ['2', '2'] : ['1', '']);
    }
  });

  it('waits while it is held', async () => {
    const index = createMemoryIndex();
    index.hold();
    const done = index.apply([[key('a'), key('1')]]);
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    expect(index.applied).toBe(0);
    index.letGo();
    await done;
    expect(index.applied).toBe(1);
  });
});

describe('keys in memory', () => {
  it('are made once for a chain and gone when removed', async () => {
    const keys = createMemoryKeys();
    const tide = chainId('tide-4417');
    const signer = await keys.create(tide);
    expect(await keys.create(tide)).toBe(signer);
    expect(keys.find(tide)).toBe(signer);
    expect(keys.chains()).toEqual([tide]);
    await keys.remove(tide);
    expect(keys.find(tide)).toBeUndefined();
  });
});
