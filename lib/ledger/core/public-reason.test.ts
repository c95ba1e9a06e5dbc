import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AssertionError } from '@/lib/platform/pure/assert';
import { corrupt } from '../storage/disk/corrupt';
import { LedgerError } from './errors';
import { publicReason } from './public-reason';

const file = '/srv/harbour/JNB/segment-00000001.log';
const hidden = 'a fault that the log of its host describes';

function failureOf(task: () => unknown): unknown {
  try {
    task();
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to fail');
}

describe('a reason for everybody', () => {
  it.each<[string, unknown, string]>([
    ['damage', corrupt(file, 4_242), 'the stored bytes are not those that were written'],
    ['a missing file', corrupt(file, 0, 'A segment of the log is missing'), 'a segment of the log is missing'],
    ['another format', new LedgerError('storage-format', { file }, `${file} has format 9.`), 'its copy on disk is of a format that this program does not read'],
    ['a failed write', new LedgerError('storage-failed', {}, `Writing ${file} failed`), 'writing to the disk failed'],
    ['a full disk', new LedgerError('storage-full', { retryAfterMs: 1_000 }, 'The disk is full.'), 'the disk of its host is full'],
    ['a locked directory', new LedgerError('storage-locked', { directory: '/srv/harbour' }, '/srv/harbour is in use'), 'another process has its directory open'],
    ['a file of the system', failureOf(() => readFileSync('/nowhere/at-all')), 'the system of its host answered ENOENT'],
    ['a path in a foreign message', new Error(`cannot map ${file}`), hidden],
    ['a path in quotes', new Error(`open '${file}'`), hidden],
    ['a path at the start', new Error(`${file}: short read`), hidden],
    ['a path of Windows', new Error('cannot map C:\\harbour\\JNB'), hidden],
    ['a value that is no error', 'nothing', hidden],
  ])('never carries a place on the host: %s', (_name, error, expected) => {
    expect(publicReason(error)).toBe(expected);
  });

  it.each<[unknown, string]>([
    [new AssertionError('the head of tide-4417 carries this peer’s signature'), 'the head of tide-4417 carries this peer’s signature'],
    [new Error('this transaction is in a block already'), 'this transaction is in a block already'],
    [new Error('a nonce and/or a lane is missing, 3 / 4'), 'a nonce and/or a lane is missing, 3 / 4'],
    [new LedgerError('peers-unreachable', { chain: 'tide-4417' }, 'No other peer of tide-4417 can be reached.'), 'No other peer of tide-4417 can be reached'],
  ])('keeps what says something about the sub-chain: %s', (error, expected) => {
    expect(publicReason(error)).toBe(expected);
  });
});
