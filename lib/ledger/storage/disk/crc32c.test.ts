import { describe, expect, it } from 'vitest';
import { createRandom } from '../../testing/random';
import { crc32c } from './crc32c';

describe('CRC-32C', () => {
  it.each([
    ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e],
    ['31 to 0', Buffer.from(Array.from({ length: 32 }, (_, at) => 31 - at)), 0x113fdb5c],
    ['"123456789"', Buffer.from('123456789'), 0xe3069283],
    ['nothing', Buffer.alloc(0), 0],
  ])('agrees with RFC 3720 for %s', (_name, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('is the same in one piece and in several (seed 3)', () => {
    const random = createRandom(3);
    for (let round = 0; round < 200; round += 1) {
      const bytes = random.bytes(random.below(100));
      const at = random.below(bytes.length + 1);
      expect(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at)))).toBe(crc32c(bytes));
    }
  });

  it('sees every flipped bit', () => {
    const bytes = createRandom(4).bytes(64);
    const whole = crc32c(bytes);
    for (let bit = 0; bit < 512; bit += 1) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(crc32c(changed)).not.toBe(whole);
    }
  });
});
