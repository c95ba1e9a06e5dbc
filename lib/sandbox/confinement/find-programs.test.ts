import { describe, expect, it } from 'vitest';
import { requireVersion } from './find-programs';

describe('bubblewrap', () => {
  it('is taken from 0.8 on, when it learnt to bound file systems in memory', () => {
    for (const told of ['bubblewrap 0.8.0\n', 'bubblewrap 0.10.0\n', 'bubblewrap 1.0.0\n']) expect(() => requireVersion(told)).not.toThrow();
    for (const told of ['bubblewrap 0.4.1\n', 'bubblewrap 0.7.0\n', '']) expect(() => requireVersion(told)).toThrow(/too old, bubblewrap 0.8 or newer is needed/);
  });
});
