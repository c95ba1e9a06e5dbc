import { describe, expect, it } from 'vitest';
import { encodePrivateRwset } from '../state';
import type { ServedChannel } from './ports';
import { DELIVERED_BYTES_MAX, deliverWithPrivateData, type PrivateReader } from './private-blocks';
import { SERVICE_CODES } from './service-refused';

const MiB = 1024 * 1024;
const never = new AbortController().signal;
/** Of an organisation's own collection, whose peer answers: no identity is looked at. */
const reader: PrivateReader = { identity: {} as never, answeredBy: 'Org1MSP' };
const channelWith = (bytes: number, collection: string): ServedChannel => {
  const piece = encodePrivateRwset({ namespaces: [{ namespace: 'cc', collections: [{ collection, rwset: Buffer.alloc(MiB) }] }] });
  return { privateData: async () => new Map(Array.from({ length: bytes / MiB }, (_, at) => [at, piece] as const)), collectionsBefore: async () => [] } as never;
};

describe('a block with more private data than one message carries', () => {
  it('is refused with what to read instead; what the reader may not see does not count', async () => {
    const block = { number: 7, bytes: Buffer.alloc(MiB) };
    expect((await deliverWithPrivateData(channelWith(90 * MiB, '_implicit_org_Org1MSP'), reader, block, never)).length).toBeGreaterThan(90 * MiB);
    await expect(deliverWithPrivateData(channelWith(100 * MiB, '_implicit_org_Org1MSP'), reader, block, never)).rejects.toMatchObject({ code: SERVICE_CODES.RESOURCE_EXHAUSTED, message: expect.stringContaining(`block 7 with its private data is larger than the ${DELIVERED_BYTES_MAX} bytes`) });
    expect((await deliverWithPrivateData(channelWith(100 * MiB, '_implicit_org_Org2MSP'), reader, block, never)).length).toBeLessThan(2 * MiB);
  });
});
