import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../testing/random';
import { readConfigGroup } from '../msp/config-group';
import { createMspManager } from '../msp/create-msp-manager';
import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import { randomPolicyText } from '../testing/random-policy';
import { createTestOrganisation } from '../testing/test-organisation';
import { createChannelGroups, createConfigGroup } from '../testing/test-policies';
import { createPolicyManager } from './create-policy-manager';
import { evaluateSignaturePolicy } from './evaluate-signature-policy';
import { parsePolicy } from './parse-policy';
import { listLayouts, planEndorsement, plansMax } from './plan-endorsement';
import type { SignaturePolicy } from './signature-policy';

const orgs = ['Org0MSP', 'Org1MSP', 'Org2MSP'].map((mspId) => createTestOrganisation(mspId));
const msps = createMspManager(orgs.map((org) => org.createMsp()));
const names = new Map<Identity, string>();
const peers = orgs.flatMap((org) => ['peer', 'peer'].map((role, index) => {
  const identity = msps.deserializeIdentity(org.issue({ units: [role] }).serialized);
  names.set(identity, `${org.mspId.slice(3, 4)}.${index}`);
  return identity;
}));
const admins = orgs.map((org) => msps.deserializeIdentity(org.issue({ units: ['admin'] }).serialized));
const clients = orgs.map((org) => msps.deserializeIdentity(org.issue({ units: ['client'] }).serialized));

const plan = (texts: string | readonly string[], endorsers: readonly Identity[] = peers): string[][] =>
  planEndorsement({ policies: [texts].flat().map(parsePolicy), endorsers }).map((one) => one.map((endorser) => names.get(endorser) ?? 'other'));
const organisations = async (policies: readonly SignaturePolicy[]) => (await listLayouts(policies)).map((layout) => Object.fromEntries(layout.organisations));

describe('planEndorsement', () => {
  it('asks one peer of each organisation that a policy wants, the preferred ones', () => {
    expect(plan('AND(\'Org0MSP.peer\', \'Org1MSP.peer\')')).toEqual([['0.0', '1.0']]);
    expect(plan('OR(\'Org1MSP.peer\', \'Org0MSP.peer\')')).toEqual([['0.0'], ['1.0']]);
    expect(plan('OutOf(2, \'Org0MSP.peer\', \'Org1MSP.peer\', \'Org2MSP.peer\')', [...peers].reverse())).toEqual([['1.1', '2.1'], ['0.1', '2.1'], ['0.1', '1.1']]);
  });

  it('asks two peers of one organisation when a policy wants two signatures of it', () => {
    expect(plan('AND(\'Org0MSP.peer\', \'Org0MSP.peer\')')).toEqual([['0.0', '0.1']]);
    expect(() => plan('AND(\'Org0MSP.peer\', \'Org0MSP.peer\')', [peers[0] as Identity])).toThrow('no peer combination can satisfy the endorsement policy');
  });

  it('finds who must take which part where one could take both', () => {
    const [peer, admin] = [peers[0] as Identity, admins[0] as Identity];
    expect(planEndorsement({ policies: [parsePolicy('AND(\'Org0MSP.member\', \'Org0MSP.peer\')')], endorsers: [peer, admin] })[0]).toEqual([admin, peer]);
  });

  it('plans the policies of a channel', async () => {
    const channel = createPolicyManager(readConfigGroup(createConfigGroup(createChannelGroups(['Org0MSP', 'Org1MSP', 'Org2MSP'])).serializeBinary()));
    const policy = channel.getPolicy('/Channel/Application/Endorsement').convert();
    expect(await organisations([policy])).toEqual([{ Org0MSP: 1, Org1MSP: 1 }, { Org0MSP: 1, Org2MSP: 1 }, { Org1MSP: 1, Org2MSP: 1 }]);
    expect(planEndorsement({ policies: [policy], endorsers: peers }).map((chosen) => chosen.map((one) => names.get(one)))).toEqual([['0.0', '1.0'], ['0.0', '2.0'], ['1.0', '2.0']]);
  });

  it('lets one signature count in several policies, and asks for no more than they need together', async () => {
    expect(plan(['AND(\'Org0MSP.peer\', \'Org1MSP.peer\')', 'AND(\'Org1MSP.peer\', \'Org2MSP.peer\')'])).toEqual([['0.0', '1.0', '2.0']]);
    expect(plan(['OR(\'Org0MSP.member\')', 'OR(\'Org0MSP.peer\')'])).toEqual([['0.0']]);
    expect(await organisations(['OR(\'Org0MSP.peer\', \'Org1MSP.peer\')', 'OR(\'Org1MSP.peer\', \'Org2MSP.peer\')'].map(parsePolicy))).toEqual([{ Org0MSP: 1, Org2MSP: 1 }, { Org1MSP: 1 }]);
  });

  it('names the groups and quantities that discovery names', async () => {
    const [layout] = await listLayouts([parsePolicy('AND(\'Org0MSP.peer\', \'Org0MSP.peer\', \'Org1MSP.admin\')')]);
    const policy = parsePolicy('AND(\'Org0MSP.peer\', \'Org1MSP.admin\')');
    expect(layout?.groups.map(({ principal, quantity }) => ({ principal, quantity }))).toEqual([{ principal: policy.principals[0]?.raw, quantity: 2 }, { principal: policy.principals[1]?.raw, quantity: 1 }]);
  });

  it('says so when a policy can be satisfied by nobody, or asks for nothing', () => {
    for (const text of ['OutOf(2, \'Org0MSP.peer\')', 'OutOf(0, \'Org0MSP.peer\')']) expect(() => plan(text)).toThrow('endorsement policy cannot be satisfied');
    expect(() => plan('OR(\'Org9MSP.peer\')')).toThrow('no peer combination can satisfy the endorsement policy');
    expect(() => plan([])).toThrow('no principal sets remained after filtering');
  });

  it('finds the way where most organisations are away, and the ways are too many to look at all', () => {
    const majority = `OutOf(11, ${Array.from({ length: 20 }, (_, index) => `'Org${(index % 18) + 1}MSP.peer'`).join(', ')}, ${'\'Org0MSP.peer\', '.repeat(5)}${Array.from({ length: 6 }, () => '\'Org2MSP.peer\'').join(', ')})`;
    const crowd = [0, 1, 2].flatMap((number) => Array.from({ length: 7 }, () => msps.deserializeIdentity((orgs[number] as (typeof orgs)[number]).issue().serialized)));
    expect(planEndorsement({ policies: [parsePolicy(majority)], endorsers: crowd })[0]).toHaveLength(11);
  });

  it('finds the way, with nobody to spare, where rules that a gate does not need use up the signers of others', () => {
    const text = `AND(${orgs.map(({ mspId }) => `OR('Org0MSP.member', '${mspId}.member')`).join(', ')})`;
    const [chosen = []] = planEndorsement({ policies: [parsePolicy(text)], endorsers: [...peers, ...clients] });
    for (const spared of [undefined, ...chosen]) {
      expect(evaluateSignaturePolicy(parsePolicy(text), chosen.filter((one) => one !== spared)) === undefined).toBe(spared === undefined);
    }
  });

  it('ends soon where there are more ways than anybody would try', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `'Org${index % 3}MSP.member'`).join(', ');
    expect(plan(`OutOf(20, ${many})`, Array.from({ length: 60 }, (_, index) => (index < 6 ? peers[index] : orgs.map((org) => msps.deserializeIdentity(org.issue().serialized))[index % 3]) as Identity)).length).toBeLessThanOrEqual(plansMax);
    await expect(listLayouts(Array.from({ length: 100 }, () => parsePolicy(`OutOf(5, ${many})`)))).resolves.toBeDefined();
    await expect(listLayouts(Array.from({ length: 101 }, () => parsePolicy('OR(\'Org0MSP.peer\')')))).rejects.toThrow('more than 100 policies');
    expect(() => planEndorsement({ policies: [parsePolicy('OR(\'Org0MSP.peer\')')], endorsers: Array.from({ length: 501 }, () => peers[0] as Identity) })).toThrow('more than 500 endorsers');
  });

  const seed = Number(process.env.SEED ?? 31);
  it(`plans only what satisfies every policy and each signer once (SEED=${seed})`, () => {
    const random = createRandom(seed);
    const everybody = [...peers, ...admins, ...clients];
    let planned = 0;
    for (let run = 0; run < 400; run += 1) {
      const policies = Array.from({ length: 1 + random.below(2) }, () => parsePolicy(randomPolicyText(random)));
      const holds = (signers: readonly Identity[]) => policies.every((policy) => evaluateSignaturePolicy(policy, signers) === undefined);
      const endorsers = everybody.filter(() => random.chance(0.7));
      let plans: ReturnType<typeof planEndorsement>;
      try {
        plans = planEndorsement({ policies, endorsers });
      } catch (error) {
        expect(error).toBeInstanceOf(FabricRefusal);
        continue;
      }
      planned += 1;
      for (const chosen of plans) {
        expect(new Set(chosen).size, `run ${run}`).toBe(chosen.length);
        expect(chosen.every((one) => endorsers.includes(one))).toBe(true);
        expect(holds(chosen), `run ${run}`).toBe(true);
      }
    }
    expect(planned).toBeGreaterThan(100);
  });

  it(`finds a plan wherever there is one for those who are there (SEED=${seed})`, () => {
    const random = createRandom(seed);
    const everybody = [...peers, ...admins, ...clients];
    let found = 0;
    for (let run = 0; run < 300; run += 1) {
      const text = randomPolicyText(random);
      // What asks for nothing is not planned.
      if (text.includes('OutOf(0')) continue;
      const policy = parsePolicy(text);
      const endorsers = everybody.filter(() => random.chance(0.45)).slice(0, 5);
      const isThereOne = orders(endorsers).some((order) => evaluateSignaturePolicy(policy, order) === undefined);
      const attempt = () => planEndorsement({ policies: [policy], endorsers });
      if (isThereOne) expect(attempt, `run ${run}: ${text}`).not.toThrow();
      else expect(attempt, `run ${run}: ${text}`).toThrow(FabricRefusal);
      if (isThereOne) found += 1;
    }
    expect(found).toBeGreaterThan(50);
  });
});

/** Every order of every choice of these. */
function orders<T>(items: readonly T[]): (readonly T[])[] {
  return [[], ...items.flatMap((item) => orders(items.filter((one) => one !== item)).map((rest) => [item, ...rest]))];
}
