import { describe, expect, it } from 'vitest';
import { LedgerError } from '@/lib/ledger';
import { isAppError } from '@/lib/platform/pure/errors';
import { refusalFromPeer, refusalToPeer, toAppError } from './ledger-errors';

const file = '/srv/harbour/JNB/segment-00000001.log';
const faults = [
  new LedgerError('storage-corrupt', { file, offset: 4_242, what: 'The file is shorter than it was' }, `The file is shorter than it was: file ${file}, offset 4242.`),
  new LedgerError('storage-format', { file }, `${file} has format 9.`),
  new LedgerError('storage-locked', { directory: '/srv/harbour' }, '/srv/harbour is in use.'),
  new LedgerError('storage-failed', {}, `Writing ${file} failed.`),
];

describe('a fault of the storage', () => {
  it.each(faults)('names no place of the host to the portal or to another host: $code', (error) => {
    const shown = toAppError(error);
    if (!isAppError(shown)) throw new Error('not the product’s error');
    expect(shown).toMatchObject({ code: 'UNAVAILABLE', publicMessage: expect.stringMatching(/^The peer cannot be used: .+\w\.$/) });
    expect(shown.cause).toBe(error);
    const told = refusalToPeer(error);
    expect(told).toMatchObject({ state: 'failed', code: error.code, details: {} });
    expect(JSON.stringify([shown.publicMessage, shown.details, told])).not.toMatch(/harbour|segment|4.?242/);
  });

  it('is told apart from a refusal whose details another host needs', () => {
    const full = new LedgerError('queue-full', { chain: 'tide-4417', retryAfterMs: 250 }, 'Too many transactions wait.');
    expect(refusalToPeer(full)).toMatchObject({ state: 'failed', code: 'queue-full', details: { chain: 'tide-4417', retryAfterMs: '250' } });
  });

  it('that is a full disk may heal: whoever is told may try again, also on another host', () => {
    const full = new LedgerError('storage-full', { retryAfterMs: 1_000 }, 'The disk of this city node is full.');
    expect(toAppError(full)).toMatchObject({ code: 'UNAVAILABLE', retryable: true, publicMessage: 'The disk of this city node is full.' });
    const told = refusalToPeer(full);
    if (told === undefined) throw new Error('it is a refusal');
    expect(refusalFromPeer('tide-4417', told)).toMatchObject({ code: 'storage-full', details: { retryAfterMs: 1_000 } });
  });
});
