import { describe, expect, it } from 'vitest';
import { createManualPorts } from '../../testing/manual-ports';
import { DiskSpace } from './disk-space';
import type { FilePort } from './file-port';
import { createPowerCutFiles } from '../../testing/power-cut-files';
import { FrameKind, type Frame, type FrameLocation } from './frame';
import { segmentName } from './segment';
import { SegmentLog } from './segment-log';

const frame = (sequence: number, payload = `frame ${sequence}`): Frame => ({ kind: FrameKind.block, chain: 1, sequence, payload: Buffer.from(payload) });

interface Opened {
  readonly log: SegmentLog;
  readonly found: Frame[];
}

async function open(files: FilePort, options: Partial<Parameters<typeof SegmentLog.open>[0]> = {}): Promise<Opened> {
  const found: Frame[] = [];
  const log = await SegmentLog.open({ files, directory: '/log', segmentBytesMax: 1_000_000, roomBytes: 0, newSalt: () => new Uint8Array(16).fill(3), logger: createManualPorts().ports.logger, space: new DiskSpace({ ...createManualPorts().ports, freeBytes: () => files.freeBytes('/log') }), reader: { onFrame: (next) => found.push(next), onDamage: () => undefined }, ...options });
  return { log, found };
}

/** Counts calls, and can hold the disk back. */
function watched(files: FilePort): { files: FilePort; calls: string[]; hold(): void; letGo(): void } {
  const calls: string[] = [];
  let gate = Promise.resolve();
  let release = (): void => undefined;
  const watch = (file: ReturnType<FilePort['open']>): ReturnType<FilePort['open']> => ({
    ...file,
    append: (bytes) => {
      calls.push('append');
      file.append(bytes);
    },
    sync: async () => {
      calls.push('sync');
      await gate;
      await file.sync();
    },
  });
  return {
    files: {
      ...files,
      open: (path) => watch(files.open(path)),
      create: (path) => watch(files.create(path)),
      syncDirectory: async (path) => {
        calls.push('directory');
        await files.syncDirectory(path);
      },
    },
    calls,
    hold: () => {
      gate = new Promise((resolve) => {
        release = resolve;
      });
    },
    letGo: () => release(),
  };
}

const nothing = (): void => undefined;

describe('segment log', () => {
  it('syncs a new segment and its name before anything is written into it', async () => {
    const { files, calls } = watched(createPowerCutFiles());
    const { log } = await open(files, { segmentBytesMax: 100 });
    expect(calls).toEqual(['append', 'sync', 'directory']);
    await log.append([frame(1, 'x'.repeat(100))], nothing);
    await log.append([frame(2)], nothing);
    expect(calls).toEqual(['append', 'sync', 'directory', 'append', 'sync', 'append', 'sync', 'directory', 'append', 'sync']);
    await log.close();
  });

  it('answers after the sync, in order, and gathers what comes meanwhile into one group', async () => {
    const watch = watched(createPowerCutFiles());
    const { log } = await open(watch.files);
    watch.calls.length = 0;
    const order: string[] = [];
    watch.hold();
    const first = log.append([frame(1)], () => order.push('durable 1')).then(() => order.push('answer 1'));
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    const later = [2, 3, 4].map((sequence) => log.append([frame(sequence)], () => order.push(`durable ${sequence}`)));
    expect(order).toEqual([]);
    expect(watch.calls).toEqual(['append', 'sync']);
    watch.letGo();
    await Promise.all([first, ...later]);
    expect(order).toEqual(['durable 1', 'answer 1', 'durable 2', 'durable 3', 'durable 4']);
    expect(watch.calls).toEqual(['append', 'sync', 'append', 'sync']);
    expect(log.syncs).toBe(2);
    await log.close();
  });

  it('reads a frame back from where it said it lies', async () => {
    const files = createPowerCutFiles();
    const { log } = await open(files, { segmentBytesMax: 60 });
    const places: FrameLocation[] = [];
    for (let sequence = 1; sequence <= 20; sequence += 1) await log.append([frame(sequence)], (locations) => places.push(...locations));
    expect(places.map((location) => Buffer.from(log.read(location).payload).toString())).toEqual(places.map((_, at) => `frame ${at + 1}`));
    expect(new Set(places.map((location) => location.segment)).size).toBeGreaterThan(5);
    const [first] = places;
    expect(() => first && log.read({ ...first, offset: first.offset + 1 })).toThrow(expect.objectContaining({ code: 'storage-corrupt' }));
    expect(() => first && log.read({ ...first, sizeBytes: first.sizeBytes - 1 })).toThrow(expect.objectContaining({ code: 'storage-corrupt' }));
    await log.close();
  });

  it('finds all frames again, or those after a known position', async () => {
    const files = createPowerCutFiles();
    const { log } = await open(files, { segmentBytesMax: 200 });
    await log.append([frame(1), frame(2)], nothing);
    const middle = log.position;
    for (let sequence = 3; sequence <= 12; sequence += 1) await log.append([frame(sequence)], nothing);
    const end = log.position;
    await log.close();
    const whole = await open(files, { segmentBytesMax: 200 });
    expect(whole.found.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(whole.log.position).toEqual(end);
    await whole.log.close();
    const rest = await open(files, { segmentBytesMax: 200, from: middle });
    expect(rest.found.map(({ sequence }) => sequence)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    await rest.log.append([frame(13)], nothing);
    await rest.log.verify({ onFrame: nothing, onDamage: nothing }, async () => undefined);
    await rest.log.close();
  });

  it('cuts off a group that was not finished and writes on from there', async () => {
    const files = createPowerCutFiles();
    const { log } = await open(files);
    await log.append([frame(1)], nothing);
    const { offset } = log.position;
    await log.append([frame(2), frame(3)], nothing);
    await log.close();
    for (let length = files.open(`/log/${segmentName(1)}`).sizeBytes() - 1; length >= offset; length -= 1) {
      const bytes = files.open(`/log/${segmentName(1)}`).read(0, length);
      const torn = createPowerCutFiles(new Map([[`/log/${segmentName(1)}`, Buffer.from(bytes)]]));
      const again = await open(torn);
      expect(again.found.map(({ sequence }) => sequence), `length ${length}`).toEqual([1]);
      expect(torn.open(`/log/${segmentName(1)}`).read(offset, 1_000).every((byte) => byte === 0)).toBe(true);
      await again.log.append([frame(9)], nothing);
      await again.log.close();
      expect((await open(torn)).found.map(({ sequence }) => sequence)).toEqual([1, 9]);
    }
  });

  it('writes groups over zeros that lie ahead of them and makes more only when those are used up', async () => {
    const watch = watched(createPowerCutFiles());
    const { log } = await open(watch.files, { roomBytes: 500 });
    watch.calls.length = 0;
    for (let sequence = 1; sequence <= 9; sequence += 1) await log.append([frame(sequence, 'x'.repeat(100))], nothing);
    expect(watch.calls.filter((call) => call === 'append').length).toBeLessThan(4);
    expect(log.diskBytes).toBe(log.position.offset);
    const { position } = log;
    const killed = await open(watch.files, { roomBytes: 500 });
    expect(killed.log.position).toEqual(position);
    expect(killed.log.diskBytes).toBe(position.offset);
    await killed.log.append([frame(10)], nothing);
    await killed.log.close();
    expect(watch.files.open(`/log/${segmentName(1)}`).sizeBytes()).toBe(killed.log.position.offset);
    expect((await open(watch.files)).found.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('tells a group that did not wholly arrive in its room from room that was not used', async () => {
    const files = createPowerCutFiles();
    const path = `/log/${segmentName(1)}`;
    const { log } = await open(files, { roomBytes: 2_000 });
    await log.append([frame(1)], nothing);
    const { offset } = log.position;
    await log.append([frame(2), frame(3)], nothing);
    const end = log.position.offset;
    const whole = Buffer.from(files.open(path).read(0, 10_000));
    for (let from = offset; from < end; from += 1) {
      for (const to of [end, from + 1]) {
        const bytes = Buffer.from(whole).fill(0, from, to);
        // A zero that was written is no loss.
        if (Buffer.compare(bytes, whole) === 0) continue;
        const torn = createPowerCutFiles(new Map([[path, bytes]]));
        const events: number[] = [];
        const reader = { onFrame: nothing, onDamage: nothing, onTorn: (_: string, at: number) => void events.push(at) };
        const again = await open(torn, { roomBytes: 2_000, reader });
        expect(events, `bytes ${from} to ${to}`).toEqual(from === offset && to === end ? [] : bytes.subarray(offset).every((byte) => byte === 0) ? [] : [offset]);
        await again.log.append([frame(9)], nothing);
        await again.log.close();
        expect((await open(torn)).found.map(({ sequence }) => sequence)).toEqual([1, 9]);
      }
    }
  });

  it('takes back the piece of room that a full disk cut short, also of a new segment, and goes on once there is space', async () => {
    for (const segmentBytesMax of [1_000_000, 700]) {
      const files = createPowerCutFiles();
      const manual = createManualPorts();
      const space = new DiskSpace({ ...manual.ports, freeBytes: () => files.freeBytes('/log') });
      const { log } = await open(files, { roomBytes: 500, segmentBytesMax, space });
      await log.append([frame(1, 'x'.repeat(700))], nothing);
      const { position } = log;
      for (const left of [0, 30, 250, 900]) {
        files.setRoom(left);
        await expect(log.append([frame(2, 'y'.repeat(700))], nothing)).rejects.toMatchObject({ code: 'storage-full' });
        expect([log.position.group, log.failure]).toEqual([position.group, undefined]);
        files.setRoom(10_000_000);
        manual.advance(1_000);
      }
      await log.append([frame(3)], nothing);
      const killed = await open(files, { roomBytes: 500, segmentBytesMax });
      expect(killed.found.map(({ sequence }) => sequence), `segments of ${segmentBytesMax}`).toEqual([1, 3]);
    }
  });

  it('leaves no room in a segment that is followed by another', async () => {
    const files = createPowerCutFiles();
    const { log } = await open(files, { roomBytes: 500, segmentBytesMax: 200 });
    for (let sequence = 1; sequence <= 9; sequence += 1) await log.append([frame(sequence, 'x'.repeat(100))], nothing);
    await log.verify({ onFrame: nothing, onDamage: nothing }, async () => undefined);
    const opened = await open(files, { roomBytes: 500, segmentBytesMax: 200 });
    expect(opened.found.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(opened.log.diskBytes).toBe(log.diskBytes);
  });

  it('removes a last segment whose head was never finished, and makes it anew', async () => {
    const files = createPowerCutFiles();
    const { log } = await open(files, { segmentBytesMax: 50 });
    await log.append([frame(1, 'x'.repeat(50))], nothing);
    await log.close();
    for (const length of [0, 1, 39]) {
      const disk = new Map([[`/log/${segmentName(1)}`, Buffer.from(files.open(`/log/${segmentName(1)}`).read(0, 10_000))], [`/log/${segmentName(2)}`, Buffer.alloc(length, 1)]]);
      const torn = createPowerCutFiles(disk);
      const again = await open(torn, { segmentBytesMax: 50 });
      await again.log.append([frame(2)], nothing);
      expect(again.log.position.segment).toBe(2);
      await again.log.close();
      expect((await open(torn, { segmentBytesMax: 50 })).found.map(({ sequence }) => sequence)).toEqual([1, 2]);
    }
    const first = createPowerCutFiles(new Map([[`/log/${segmentName(1)}`, Buffer.alloc(7)]]));
    expect((await open(first)).found).toEqual([]);
  });

  it('splits what waits into groups that fit into memory', async () => {
    const { log } = await open(createPowerCutFiles(), { segmentBytesMax: 1_000_000_000 });
    const large = 'x'.repeat(6 * 1024 * 1024);
    await Promise.all([1, 2, 3, 4, 5].map((sequence) => log.append([frame(sequence, large)], nothing)));
    expect(log.syncs).toBe(3);
    await log.close();
  });

  it('waits for the index when it is asked to', async () => {
    let waits = 0;
    const { log } = await open(createPowerCutFiles(), {
      beforeGroup: async () => {
        waits += 1;
      },
    });
    await log.append([frame(1)], nothing);
    await log.append([frame(2)], nothing);
    expect(waits).toBe(2);
    await log.close();
  });

  it('rejects everything from the first failure on, and tells nobody that it is durable', async () => {
    const files = createPowerCutFiles();
    const { log } = await open(files);
    await log.append([frame(1)], nothing);
    files.cutAfter(1);
    let told = 0;
    const results = await Promise.allSettled([2, 3].map((sequence) => log.append([frame(sequence)], () => (told += 1))));
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'storage-failed', cause: { name: 'PowerCut' } } });
    await expect(log.append([frame(4)], nothing)).rejects.toMatchObject({ code: 'storage-failed' });
    expect(told).toBe(0);
    expect(log.failure).toMatchObject({ code: 'storage-failed' });
  });
});
