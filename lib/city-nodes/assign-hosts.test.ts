import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignHosts, type HostChoice } from './assign-hosts';

const assigned = (choices: HostChoice[]) => Object.fromEntries(assignHosts(choices));

describe('assignHosts', () => {
  it('takes the preferred host of each city node where they do not meet', () => {
    expect(assigned([{ cityNode: 'SIN', hosts: ['a', 'b'] }, { cityNode: 'PAR', hosts: ['c', 'a'] }])).toEqual({ SIN: 'a', PAR: 'c' });
  });

  it('moves one aside whose second choice saves the other from sharing', () => {
    expect(assigned([{ cityNode: 'SIN', hosts: ['a', 'b'] }, { cityNode: 'PAR', hosts: ['a'] }])).toEqual({ SIN: 'b', PAR: 'a' });
  });

  it('lets city nodes share a host when there is no other', () => {
    expect(assigned([{ cityNode: 'SIN', hosts: ['a'] }, { cityNode: 'PAR', hosts: ['a'] }])).toEqual({ SIN: 'a', PAR: 'a' });
  });

  it('passes over hosts that carry a peer already, while there are others', () => {
    const choices = [{ cityNode: 'SIN', hosts: ['a', 'b'] }, { cityNode: 'PAR', hosts: ['a'] }];
    expect(Object.fromEntries(assignHosts(choices, ['a']))).toEqual({ SIN: 'b', PAR: 'a' });
  });

  it('leaves out a city node that no host carries', () => {
    expect(assigned([{ cityNode: 'SIN', hosts: [] }, { cityNode: 'PAR', hosts: ['a'] }])).toEqual({ PAR: 'a' });
  });

  it('spreads over as many hosts as any other way would', () => {
    const choice = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1, maxLength: 5 }), (lists) => {
        const choices = lists.map((hosts, index) => ({ cityNode: `N${index}`, hosts }));
        const chosen = assignHosts(choices);
        for (const { cityNode, hosts } of choices) expect(hosts).toContain(chosen.get(cityNode));
        expect(new Set(chosen.values()).size).toBe(Math.max(...everyWay(lists).map((way) => new Set(way).size)));
      }),
    );
  });
});

function everyWay(lists: readonly (readonly string[])[]): string[][] {
  return lists.reduce<string[][]>((ways, hosts) => ways.flatMap((way) => hosts.map((host) => [...way, host])), [[]]);
}
