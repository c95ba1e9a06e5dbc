import { describe, expect, it } from 'vitest';
import { LocalQuota } from './local-quota';

describe('requests about no channel', () => {
  it('are counted for each organisation by itself, and taken again with time', () => {
    const quota = new LocalQuota({ perSecond: 10, burst: 2 });
    expect([quota.take('Org1MSP', 0), quota.take('Org1MSP', 0)]).toEqual([undefined, undefined]);
    expect(quota.take('Org1MSP', 0)).toEqual({ message: 'Org1MSP asks its peer on this host for more than 10 things a second: try again in 100 ms', retryAfterMs: 100 });
    expect(quota.take('Org2MSP', 0)).toBeUndefined();
    expect(quota.take('Org1MSP', 100)).toBeUndefined();
  });
});
