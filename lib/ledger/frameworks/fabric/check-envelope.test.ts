import { describe, expect, it } from 'vitest';
import { TransactionRefused } from '../../core/framework';
import { createRandom } from '../../testing/random';
import { BLOCK_COST_MAX } from './check-transaction';
import { encodeRwset } from './state';
import { TestChannel } from './testing/test-channel';
import { TestChannelPeer } from './testing/test-channel-peer';

const FIRST = Number(process.env.SEED ?? 1);
const channel = new TestChannel(['Org1MSP']);

describe('an envelope that asks to be ordered', () => {
  it.each([FIRST, FIRST + 1, FIRST + 2])('is taken whole or refused with a code, however it is damaged, and no block with it breaks (seed %i)', async (seed) => {
    const random = createRandom(seed);
    const peer = await TestChannelPeer.open(channel);
    const whole = Buffer.from(channel.put('_lifecycle', { a: '1' }).bytes);
    for (let round = 0; round < 300; round += 1) {
      const damaged = Buffer.from(whole.subarray(0, random.chance(0.2) ? random.below(whole.length) : whole.length));
      for (let change = random.below(3); change >= 0 && damaged.length > 0; change -= 1) damaged[random.below(damaged.length)] = random.below(256);
      const refusal: unknown = await peer.instance.checkTransaction(damaged, peer.storage.state).then(() => undefined, (error: unknown) => error);
      const block = await peer.execute([damaged]);
      if (refusal === undefined) expect(block.transactions).toHaveLength(1);
      else {
        expect(refusal, damaged.toString('hex')).toBeInstanceOf(TransactionRefused);
        expect(block.dropped).toHaveLength(1);
      }
    }
  });

  it('is damaged behind its creator’s back: whatever is signed and senseless stands in the block with a code', async () => {
    const random = createRandom(FIRST);
    const peer = await TestChannelPeer.open(channel);
    const bytes = Array.from({ length: 100 }, () => {
      // Behind the headers: those decide whether it is a transaction of the channel at all.
      const change = (payload: Uint8Array): Uint8Array => {
        const copy = Buffer.from(payload);
        copy[copy.length - 1 - random.below(1_200)] = random.below(256);
        return copy;
      };
      return channel.put('_lifecycle', { a: '1' }, { change }).bytes;
    });
    const block = await peer.execute(bytes);
    expect(block.transactions.length).toBeGreaterThan(90);
    expect(block.transactions.filter(({ succeeded }) => !succeeded).length).toBeGreaterThan(50);
    expect(await peer.keep(block)).toHaveLength(block.transactions.length);
  });

  it('is refused when one transaction would look at more keys than a block may', async () => {
    const peer = await TestChannelPeer.open(channel);
    const query = { start: 'a', end: 'z', isExhausted: true, results: { kind: 'hashes' as const, maxDegree: 50, maxLevel: 3, hashes: [new Uint8Array(32)] } };
    const results = encodeRwset({ namespaces: [{ namespace: '_lifecycle', reads: [], writes: [], metadataWrites: [], collections: [], rangeQueries: [query, query, query, query] }] });
    const { bytes } = channel.transaction({ chaincode: '_lifecycle', results });
    await expect(peer.instance.checkTransaction(bytes, peer.storage.state)).rejects.toMatchObject({ code: 'too-costly' });
    const single = channel.transaction({ chaincode: '_lifecycle', results: encodeRwset({ namespaces: [{ namespace: '_lifecycle', reads: [], writes: [], metadataWrites: [], collections: [], rangeQueries: [query] }] }) });
    const { cost } = await peer.instance.checkTransaction(single.bytes, peer.storage.state);
    expect(cost).toBeGreaterThan(100_000n);
    expect(cost).toBeLessThan(BLOCK_COST_MAX);
  });
});
