import { afterEach, describe, expect, it } from 'vitest';
import { failureDomainsOf, listCityNodes, observeHosts } from '@/lib/city-nodes';
import { getDb } from '@/lib/platform';
import { findSubChain } from '.';
import { givenCaller, givenFakeRunning, openFakeInstallation, type FakeInstallation, type SignedUp } from './testing';

let installation: FakeInstallation;
afterEach(() => installation.close());

const viewOf = async (caller: SignedUp, applicationId: string) => (await findSubChain(caller, applicationId)) ?? expect.fail('there is a sub-chain');

describe('what is seen of the peers of a sub-chain', () => {
  it('tells rules and proven double signing as each peer reports them, and writes nothing while nothing changes', async () => {
    installation = await openFakeInstallation([['SIN', 'PAR', 'JNB', 'HKG']]);
    const caller = await givenCaller();
    const { applicationId, slug } = await givenFakeRunning(caller, { cityNodes: ['SIN', 'PAR', 'JNB', 'HKG'], finality: 'byzantine' });
    const evidence = { culprit: 'JNB', height: 7, round: 0, kind: 'precommit' as const, hashes: ['a'.repeat(64), 'b'.repeat(64)] as [string, string], timeMs: 1_700_000_000_000 };
    installation.network.addEvidence({ chain: slug, cityNode: 'PAR' }, evidence);
    await observeHosts();
    const { endpoints } = await viewOf(caller, applicationId);
    const rules = { finality: 'byzantine', validators: 4, quorum: 3 };
    expect(endpoints.map(({ cityNode, agreement }) => [cityNode, agreement])).toEqual([
      ['SIN', { ...rules, evidence: [] }],
      ['PAR', { ...rules, evidence: [evidence] }],
      ['JNB', { ...rules, evidence: [] }],
      ['HKG', { ...rules, evidence: [] }],
    ]);
    const checked = async () => (await getDb().peer.findMany({ where: { subChain: { applicationId } }, orderBy: { id: 'asc' } })).map(({ checkedAt }) => checkedAt?.getTime());
    const before = await checked();
    await observeHosts();
    expect(await checked()).toEqual(before);
  });

  it('says of a peer whose host forgot it that nothing is known of its rules', async () => {
    installation = await openFakeInstallation([['SIN']]);
    const caller = await givenCaller();
    const { applicationId, slug } = await givenFakeRunning(caller, { cityNodes: ['SIN'], finality: 'solo' });
    await observeHosts();
    expect((await viewOf(caller, applicationId)).endpoints).toMatchObject([{ state: 'OPEN', agreement: { finality: 'solo' } }]);
    installation.network.forget({ chain: slug, cityNode: 'SIN' });
    await observeHosts();
    expect((await viewOf(caller, applicationId)).endpoints).toMatchObject([{ state: 'STOPPED', agreement: null }]);
  });

  it('does not take what another release wrote for something it understands', async () => {
    installation = await openFakeInstallation([['SIN']]);
    const caller = await givenCaller();
    const { applicationId } = await givenFakeRunning(caller, { cityNodes: ['SIN'], finality: 'solo' });
    await getDb().peer.updateMany({ where: { subChain: { applicationId } }, data: { agreement: { finality: 'unheard of' } } });
    expect((await viewOf(caller, applicationId)).endpoints).toMatchObject([{ agreement: null }]);
  });
});

describe('the places of the peers', () => {
  it('are on as many processes as the city nodes have, also where the quieter host would make two of them share', async () => {
    // Paris lies on both; the second host carries nothing yet, but Johannesburg has no other.
    installation = await openFakeInstallation([['SIN', 'PAR'], ['PAR', 'JNB'], ['HKG', 'JNB']]);
    const caller = await givenCaller();
    const { applicationId } = await givenFakeRunning(caller, { cityNodes: ['SIN', 'PAR', 'JNB'], finality: 'crash' });
    const { endpoints } = await viewOf(caller, applicationId);
    expect(failureDomainsOf(endpoints)).toEqual({ peers: 3, processes: 3, machines: 1, processPeersMax: 1, machinePeersMax: 3 });
  });

  it('show beforehand which city nodes would share a process', async () => {
    installation = await openFakeInstallation([['SIN', 'PAR'], ['JNB']]);
    const nodes = await listCityNodes();
    const hostsOf = (code: string) => nodes.find((node) => node.code === code)?.hosts.map(({ id }) => id);
    expect(hostsOf('SIN')).toEqual(hostsOf('PAR'));
    expect(hostsOf('JNB')).not.toEqual(hostsOf('SIN'));
    expect(hostsOf('PEK')).toEqual([]);
  });
});
