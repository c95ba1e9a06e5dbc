import type { Random } from '../../../testing/random';

/** The text of some policy of Org0MSP to Org2MSP, three gates deep at most; also ones that nobody, and that everybody satisfies. */
export function randomPolicyText(random: Random, depth = 0): string {
  if (depth > 0 && random.chance(0.6)) return `'Org${random.below(3)}MSP.${random.pick(['member', 'admin', 'client', 'peer'])}'`;
  const rules = Array.from({ length: 1 + random.below(4) }, () => (depth < 3 ? randomPolicyText(random, depth + 1) : '\'Org1MSP.peer\''));
  return random.pick([`AND(${rules.join(', ')})`, `OR(${rules.join(', ')})`, `OutOf(${random.below(rules.length + 2)}, ${rules.join(', ')})`]);
}
