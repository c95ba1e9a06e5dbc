import { describe, expect, it } from 'vitest';
import { createManualPorts } from '../../testing/manual-ports';
import { createMemoryIndex } from '../../testing/memory-index';
import { openTestStorage } from '../../testing/open-test-storage';
import { createPowerCutFiles, type PowerCutFiles } from '../../testing/power-cut-files';
import { DiskSpace } from './disk-space';
import { openDiskKeys } from './disk-keys';
import { findDamage } from './find-damage';
import { frameBytes, FrameKind, writeFrame, type Frame } from './frame';
import { groupHead } from './group';
import type { LogPosition } from './scan-log';
import { segmentName } from './segment';
import { SegmentLog } from './segment-log';

const salt = new Uint8Array(16).fill(3);
const path = `/log/${segmentName(1)}`;
const known = (sequence: number): Frame => ({ kind: FrameKind.block, chain: 1, sequence, payload: Buffer.from(`frame ${sequence}`) });
/** As the first version writes it that knows one kind more. */
const newerKind = Math.max(...Object.values(FrameKind)) + 1;
const newer: Frame = { ...known(2), kind: newerKind as FrameKind };
const nothing = (): void => undefined;

function open(files: PowerCutFiles, directory = '/log', from?: LogPosition): Promise<SegmentLog> {
  const { ports } = createManualPorts();
  const space = new DiskSpace({ ...ports, freeBytes: () => files.freeBytes(directory) });
  return SegmentLog.open({ files, directory, segmentBytesMax: 1_000_000, roomBytes: 500, newSalt: () => salt, space, logger: ports.logger, reader: { onFrame: nothing, onDamage: nothing }, ...(from === undefined ? {} : { from }) });
}

/** A log with these groups; where each begins, and the file's bytes. */
async function written(groups: readonly (readonly Frame[])[], directory = '/log'): Promise<{ readonly bytes: Buffer; readonly begins: readonly number[] }> {
  const files = createPowerCutFiles();
  const log = await open(files, directory);
  const begins: number[] = [];
  for (const group of groups) {
    begins.push(log.position.offset);
    await log.append(group, nothing);
  }
  await log.close();
  return { bytes: contents(files, `${directory}/${segmentName(1)}`), begins };
}

function contents(files: PowerCutFiles, name = path): Buffer {
  const file = files.open(name);
  return Buffer.from(file.read(0, file.sizeBytes()));
}

const refusal = (file: string, offset: number, kind = newerKind): unknown => ({ code: 'storage-format', details: { file, offset }, message: expect.stringMatching(new RegExp(`${file}, offset ${offset}: .*kind ${kind}.*newer version`)) });

/** The log must not be opened, and not be changed. */
async function expectRefused(bytes: Buffer, offset: number, what = ''): Promise<void> {
  const files = createPowerCutFiles(new Map([[path, Buffer.from(bytes)]]));
  await expect(open(files), what).rejects.toMatchObject(refusal(path, offset) as object);
  expect(contents(files).equals(bytes), what).toBe(true);
}

describe('a log that a newer version wrote', () => {
  it('is not opened and not cut off, wherever the frame lies that is of no known kind', async () => {
    const headBytes = frameBytes(groupHead(2, [newer]));
    for (const groups of [[[known(1)], [newer]], [[known(1)], [newer], [known(3)]]]) {
      const { bytes, begins } = await written(groups);
      await expectRefused(bytes, (begins[1] ?? 0) + headBytes);
    }
    const { bytes, begins } = await written([[known(1)], [known(2), newer]]);
    await expectRefused(bytes, (begins[1] ?? 0) + frameBytes(groupHead(2, [known(2), newer])) + frameBytes(known(2)));
  });

  it('is not cut off either where its last group did not wholly arrive: the head says what belonged to it', async () => {
    const { bytes, begins } = await written([[known(1)], [newer]]);
    const offset = (begins[1] ?? 0) + frameBytes(groupHead(2, [newer]));
    for (let length = offset; length < bytes.length; length += 1) await expectRefused(bytes.subarray(0, length), offset, `length ${length}`);
  });

  it('is not opened where the head of the group is damaged, too', async () => {
    const { bytes, begins } = await written([[known(1)], [known(2), newer], [known(3)]]);
    const begin = begins[1] ?? 0;
    bytes[begin + 25] = (bytes[begin + 25] ?? 0) ^ 1;
    await expectRefused(bytes, begin + frameBytes(groupHead(2, [known(2), newer])) + frameBytes(known(2)));
  });

  it('is not opened and not cut off when it begins its groups with a frame of another kind', async () => {
    const { bytes } = await written([[known(1)]]);
    const whole = Buffer.concat([bytes, Buffer.alloc(frameBytes(newer))]);
    writeFrame(whole, bytes.length, newer, { salt, segment: 1, offset: bytes.length });
    await expectRefused(whole, bytes.length);
  });

  it('keeps the ledger and the keys in it closed, and says what to do', async () => {
    const ledger = `/ledger/${segmentName(1)}`;
    const { bytes, begins } = await written([[{ ...newer, sequence: 0 }]], '/ledger');
    const offset = (begins[0] ?? 0) + frameBytes(groupHead(1, [newer]));
    const files = createPowerCutFiles(new Map([[ledger, bytes]]));
    await expect(openTestStorage({ directory: '/ledger', files, index: createMemoryIndex() })).rejects.toMatchObject(refusal(ledger, offset) as object);
    expect(contents(files, ledger).equals(bytes)).toBe(true);
    const keys = openDiskKeys({ files, directory: '/ledger', keyEncryptionKey: Buffer.alloc(32), newSalt: () => salt, ...createManualPorts().ports });
    await expect(keys).rejects.toThrow(/Use the version that wrote it/);
  });

  it('is named when everything is verified, should a start that read on from the index not have seen it', async () => {
    const files = createPowerCutFiles();
    const writer = await open(files);
    await writer.append([known(1)], nothing);
    const { offset } = writer.position;
    await writer.append([newer], nothing);
    const log = await open(files, '/log', writer.position);
    const damages = await findDamage(log, () => undefined, async () => undefined);
    expect(damages).toEqual([{ file: path, offset: offset + frameBytes(groupHead(2, [newer])), what: expect.stringContaining('newer version'), isRepaired: false }]);
  });
});
