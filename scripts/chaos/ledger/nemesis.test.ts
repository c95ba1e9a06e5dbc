import { describe, expect, it } from 'vitest';
import { seededRandom } from '../state-file';
import { faultKinds, planStrikes, type Fault, type Strike } from './nemesis';

function strikesOf(seed: number, count: number, nodes = 4): Strike[] {
  const plan = planStrikes(nodes, seededRandom(seed));
  return Array.from({ length: count }, () => plan.next().value);
}

function nodesOf(fault: Fault): readonly number[] {
  switch (fault.kind) {
    case 'kill':
    case 'pause':
      return fault.nodes;
    case 'split':
      return [...fault.left, ...fault.right];
    case 'mute':
      return [fault.node, ...fault.towards];
    case 'isolate':
    case 'unplug':
      return [fault.node];
  }
}

describe('what happens to the nodes', () => {
  it('is the same for the same seed', () => {
    expect(strikesOf(7, 50)).toEqual(strikesOf(7, 50));
    expect(strikesOf(7, 50)).not.toEqual(strikesOf(8, 50));
  });

  it('is of every kind, also all nodes at once and two things together', () => {
    const strikes = strikesOf(1, 500);
    const faults = strikes.flatMap((strike) => strike.faults);
    expect(new Set(faults.map((fault) => fault.kind))).toEqual(new Set(faultKinds));
    expect(faults.some((fault) => fault.kind === 'kill' && fault.nodes.length === 4)).toBe(true);
    expect(strikes.some((strike) => strike.faults.length === 2)).toBe(true);
    expect(strikes.every(({ faults: [first, second] }) => first?.kind !== second?.kind)).toBe(true);
  });

  it('meets nodes that are there, each once, and both halves of a split', () => {
    for (const fault of strikesOf(3, 500).flatMap((strike) => strike.faults)) {
      const nodes = nodesOf(fault);
      expect(nodes.length).toBeGreaterThan(0);
      expect(new Set(nodes).size).toBe(nodes.length);
      for (const node of nodes) expect([0, 1, 2, 3]).toContain(node);
      if (fault.kind === 'split') expect([fault.left.length, fault.right.length]).toEqual([2, 2]);
    }
  });

  it('leaves time to breathe, and ends', () => {
    for (const { calmMs, holdMs } of strikesOf(5, 500)) {
      expect(calmMs).toBeGreaterThanOrEqual(500);
      expect(holdMs).toBeLessThanOrEqual(12_000);
    }
  });
});
