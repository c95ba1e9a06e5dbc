import { describe, expect, it } from 'vitest';
import { failureDomainsOf, failureDomainsOfChoice } from './failure-domains';
import { machineOf } from './machine-of';

describe('failureDomainsOf', () => {
  it('counts what fails together, so that four peers of one process are never shown as four', () => {
    const places = ['one', 'one', 'two', 'three'].map((host) => ({ host, machine: host === 'three' ? 'far' : 'near' }));
    expect(failureDomainsOf(places)).toEqual({ peers: 4, processes: 3, machines: 2, processPeersMax: 2, machinePeersMax: 3 });
    expect(failureDomainsOf([])).toEqual({ peers: 0, processes: 0, machines: 0, processPeersMax: 0, machinePeersMax: 0 });
  });
});

describe('failureDomainsOfChoice', () => {
  it('says beforehand what the placement will come to, and nothing of places that cannot be had now', () => {
    const host = (id: string) => ({ id, machine: 'near' });
    const chosen = [{ code: 'SIN', hosts: [host('a'), host('b')] }, { code: 'PAR', hosts: [host('a')] }, { code: 'JNB', hosts: [] }];
    expect(failureDomainsOfChoice(chosen)).toEqual({ peers: 2, processes: 2, machines: 1, processPeersMax: 1, machinePeersMax: 2 });
  });
});

describe('machineOf', () => {
  it('takes ports and ways of writing this machine as one, other addresses as others, and gives none of them away', () => {
    const [own, ...same] = ['http://127.0.0.1:4101', 'http://127.0.0.1:4102', 'http://localhost:4103', 'http://[::1]:9'].map(machineOf);
    for (const one of same) expect(one).toBe(own);
    const far = machineOf('https://sin-04.internal.example:4101');
    expect(far).toBe(machineOf('https://SIN-04.internal.example/'));
    expect(far).not.toBe(own);
    expect(far).not.toContain('internal');
  });
});
