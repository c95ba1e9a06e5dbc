import { describe, expect, it } from 'vitest';
import { CertificatePauses } from './certificate-pauses';

describe('pauses after a refused certificate', () => {
  it('double up to a minute, for that host alone, and end with a success', () => {
    const pauses = new CertificatePauses();
    const lengths: number[] = [];
    for (let failure = 1; failure <= 8; failure++) {
      expect(pauses.noteFailure('host_one', 0)).toBe(failure);
      lengths.push([2_000, 4_000, 8_000, 16_000, 32_000, 60_000].find((lengthMs) => pauses.isPaused('host_one', lengthMs - 1) && !pauses.isPaused('host_one', lengthMs)) ?? 0);
    }
    expect(lengths).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(pauses.isPaused('host_two', 0)).toBe(false);
    pauses.noteSuccess('host_one');
    expect(pauses.isPaused('host_one', 0)).toBe(false);
  });
});
