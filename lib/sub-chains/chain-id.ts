import { assert } from '@/lib/platform';

const base = 2n ** 40n;
const perInstallation = 2n ** 24n;

/** Chain id of the n-th sub-chain of an installation: 2^40 + installation × 2^24 + n. Below 2^53, as clients need it. */
export function chainIdOf(installation: number, number: number): bigint {
  assert(installation >= 0 && installation < 2 ** 27, 'installation number is below 2^27');
  assert(number >= 0 && BigInt(number) < perInstallation, 'an installation has at most 2^24 sub-chains');
  return base + BigInt(installation) * perInstallation + BigInt(number);
}
