import { describe, expect, it } from 'vitest';
import { CHAIN_ID_MAX, CHAIN_ID_MIN, ethereumConfigSchema, rulesOf } from './config';

const config = (fields: Record<string, unknown> = {}): unknown => ({ chainId: CHAIN_ID_MIN.toString(), ...fields });
const refusal = (value: unknown): string => {
  const parsed = ethereumConfigSchema.safeParse(value);
  return parsed.success ? '' : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
};

describe('ethereumConfigSchema', () => {
  it('gives defaults for all but the chain id', () => {
    expect(ethereumConfigSchema.parse(config())).toEqual({ chainId: '1099511627776', blockGasLimit: 30_000_000, allocations: {} });
    expect(rulesOf(ethereumConfigSchema.parse(config()))).toEqual({ chainId: 2n ** 40n, blockGasLimit: 30_000_000n });
  });

  it('takes its own output again, as a peer does on each open', () => {
    const parsed = ethereumConfigSchema.parse(config({ allocations: { [`0x${'ab'.repeat(20)}`]: '7' } }));
    expect(ethereumConfigSchema.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
  });

  it('keeps chain ids away from those of public chains and within what wallets can sign', () => {
    for (const chainId of ['1', '11155111', (CHAIN_ID_MIN - 1n).toString(), (CHAIN_ID_MAX + 1n).toString()]) expect(refusal(config({ chainId }))).toMatch(/chain id from/);
    expect(refusal(config({ chainId: CHAIN_ID_MAX.toString() }))).toBe('');
    expect(CHAIN_ID_MAX * 2n + 36n).toBeLessThanOrEqual(BigInt(Number.MAX_SAFE_INTEGER));
  });

  it.each([
    [{ chainId: '0x10000000000' }, /decimal/],
    [{ chainId: '01099511627776' }, /decimal/],
    [{ chainId: 1_099_511_627_776 }, /string/],
    [{ chainId: '9'.repeat(100) }, /chainId/],
    [{ blockGasLimit: 1_000 }, /blockGasLimit/],
    [{ blockGasLimit: 1e12 }, /blockGasLimit/],
    [{ blockGasLimit: 30_000_000.5 }, /blockGasLimit/],
    [{ allocations: { '0x12': '1' } }, /allocations.0x12/],
    [{ allocations: { [`0x${'AB'.repeat(20)}`]: '1' } }, /allocations.0xAB/],
    [{ allocations: { [`0x${'ab'.repeat(20)}`]: '-1' } }, /decimal/],
    [{ allocations: { [`0x${'ab'.repeat(20)}`]: (2n ** 256n).toString() } }, /2\^256/],
    [{ unknown: 1 }, /unknown/i],
  ])('refuses %j', (fields, message) => {
    expect(refusal(config(fields))).toMatch(message);
  });
});
