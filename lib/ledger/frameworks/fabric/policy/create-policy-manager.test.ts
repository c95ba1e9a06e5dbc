import { common, peer } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../testing/random';
import { readConfigGroup } from '../msp/config-group';
import { createMspManager } from '../msp/create-msp-manager';
import type { Identity } from '../msp/msp';
import { FabricRefusal } from '../msp/refusal';
import { createTestOrganisation } from '../testing/test-organisation';
import { createChannelGroups, createConfigGroup, encodeApplicationPolicy, encodePolicyReference, type TestGroup } from '../testing/test-policies';
import { readApplicationPolicy } from './application-policy';
import { createPolicyManager } from './create-policy-manager';
import { decodeSignaturePolicy } from './decode-signature-policy';
import { encodeSignaturePolicy } from './encode-signature-policy';
import { parseImplicitMeta, readImplicitMeta, thresholdOf } from './implicit-meta';
import { parsePolicy } from './parse-policy';
import { printPolicy } from './print-policy';

const orgs = ['Org1MSP', 'Org2MSP', 'Org3MSP'].map((mspId) => createTestOrganisation(mspId));
const msps = createMspManager(orgs.map((org) => org.createMsp()));
const members = Object.fromEntries(orgs.flatMap((org) => ['admin', 'client', 'peer'].map((role) => [`${org.mspId}.${role}`, msps.deserializeIdentity(org.issue({ units: [role] }).serialized)])));
const who = (...names: string[]): Identity[] => names.map((name) => members[name] as Identity);

const managerOf = (group: TestGroup) => createPolicyManager(readConfigGroup(createConfigGroup(group).serializeBinary()));
const channel = managerOf(createChannelGroups(['Org1MSP', 'Org2MSP', 'Org3MSP']));
const evaluate = (path: string, ...names: string[]) => channel.getPolicy(path).evaluate(who(...names));

describe('the policies of a channel', () => {
  it('lets each member write, and no peer', () => {
    expect(evaluate('/Channel/Application/Writers', 'Org2MSP.client')).toBeUndefined();
    expect(evaluate('/Channel/Application/Writers', 'Org2MSP.peer')).toBe(
      'implicit policy evaluation failed - 0 sub-policies were satisfied, but this policy requires 1 of the \'Writers\' sub-policies to be satisfied',
    );
    expect(evaluate('/Channel/Application/Readers', 'Org2MSP.peer')).toBeUndefined();
    expect(evaluate('/Channel/Writers', 'Org2MSP.client')).toBeUndefined();
  });

  it('asks a majority of organisations to endorse and to administer, each of which counts once', () => {
    expect(evaluate('/Channel/Application/Endorsement', 'Org1MSP.peer', 'Org3MSP.peer')).toBeUndefined();
    expect(evaluate('/Channel/Application/Endorsement', 'Org1MSP.peer', 'Org1MSP.client')).toContain('1 sub-policies were satisfied, but this policy requires 2');
    expect(evaluate('/Channel/Application/LifecycleEndorsement', 'Org1MSP.peer', 'Org2MSP.peer')).toBeUndefined();
    expect(evaluate('/Channel/Application/Admins', 'Org1MSP.admin', 'Org2MSP.client')).toBeDefined();
    expect(evaluate('/Channel/Application/Admins', 'Org1MSP.admin', 'Org2MSP.admin')).toBeUndefined();
  });

  it('are found by whole paths, and from the group by relative ones', () => {
    expect(channel.findPolicy('/Channel/Application/Org1MSP/Endorsement')?.evaluate(who('Org1MSP.peer'))).toBeUndefined();
    expect(channel.findPolicy('Application/Org1MSP/Endorsement')).toBe(channel.findPolicy('/Channel/Application/Org1MSP/Endorsement'));
    expect(channel.findPolicy('Application/Org1MSP/Endorsement')).toBeDefined();
    for (const path of ['', '/', '/Channel', '/Channel/', '/Channel/Application', '/Channel/Nothing', '/Orderer/Writers', '/ChannelApplication/Writers', '/Channel/Application/Org9MSP/Endorsement']) {
      expect(channel.findPolicy(path), path).toBeUndefined();
      expect(channel.getPolicy(path).evaluate(who('Org1MSP.admin')), path).toContain('no such policy');
    }
  });

  it('count a missing sub-policy as one that nobody satisfies', () => {
    const manager = managerOf({ groups: { Application: { policies: { All: { rule: 'ALL', of: 'Readers' } }, groups: { A: { policies: { Readers: 'OR(\'Org1MSP.peer\')' } }, B: {} } } } });
    expect(manager.getPolicy('/Channel/Application/All').evaluate(who('Org1MSP.peer'))).toContain('1 sub-policies were satisfied, but this policy requires 2');
    expect(() => manager.getPolicy('/Channel/Application/All').convert()).toThrow('no such policy: \'Readers\'');
  });

  it('are satisfied by nobody when there are no groups below', () => {
    const manager = managerOf({ policies: { All: { rule: 'ALL', of: 'Readers' } } });
    expect(manager.getPolicy('/Channel/All').evaluate([])).toBeUndefined();
  });

  it('become one signature policy that the same signers satisfy', () => {
    const converted = channel.getPolicy('/Channel/Application/Endorsement').convert();
    expect(printPolicy(converted)).toBe('OutOf(2, OR(\'Org1MSP.peer\'), OR(\'Org2MSP.peer\'), OR(\'Org3MSP.peer\'))');
    const readers = channel.getPolicy('/Channel/Readers').convert();
    expect(readers.principals).toHaveLength(9);
    const same = managerOf({ policies: { Any: { rule: 'ANY', of: 'Readers' } }, groups: { A: { policies: { Readers: 'OR(\'Org1MSP.peer\')' } }, B: { policies: { Readers: 'OR(\'Org1MSP.peer\', \'Org2MSP.peer\')' } } } });
    expect(same.getPolicy('/Channel/Any').convert().principals).toHaveLength(2);
  });

  it('say what does not compile, and where', () => {
    const group = createConfigGroup({ groups: { Application: {} } });
    const policy = new common.Policy();
    policy.setType(2);
    const holder = new common.ConfigPolicy();
    holder.setPolicy(policy);
    group.getGroupsMap().get('Application')?.getPoliciesMap().set('Odd', holder);
    const compile = () => createPolicyManager(readConfigGroup(group.serializeBinary()));
    expect(compile).toThrow('policy Odd at path Channel/Application has unknown policy type: 2');
    policy.setType(1);
    expect(compile).toThrow('policy Odd at path Channel/Application did not compile: Empty policy element');
    const envelope = common.SignaturePolicyEnvelope.deserializeBinary(encodeSignaturePolicy(parsePolicy('OR(\'A.member\')')));
    envelope.setVersion(1);
    policy.setValue(envelope.serializeBinary());
    expect(compile).toThrow('This evaluator only understands messages of version 0, but version was 1');
    policy.setType(3);
    policy.setValue(Buffer.from('1007', 'hex'));
    expect(compile).toThrow('implicit policy Odd at path Channel/Application did not compile: unknown rule type \'7\'');
    holder.clearPolicy();
    expect(compile).toThrow('policy Odd at path Channel/Application was nil');
  });

  it('are refused when they are nested deeper, or are more, than is read', () => {
    let deep: TestGroup = {};
    for (let depth = 0; depth < 9; depth += 1) deep = { groups: { inner: deep } };
    expect(() => managerOf(deep)).toThrow('nested deeper than 8');
    expect(() => managerOf({ groups: Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`g${index}`, {}])) })).toThrow('more than 2000 groups');
  });
});

describe('an implicit policy', () => {
  it('asks for one, all, or more than half', () => {
    expect([0, 1, 2, 3, 4, 5].map((count) => thresholdOf('ANY', count))).toEqual([0, 1, 1, 1, 1, 1]);
    expect([0, 1, 2, 3, 4, 5].map((count) => thresholdOf('ALL', count))).toEqual([0, 1, 2, 3, 4, 5]);
    expect([0, 1, 2, 3, 4, 5].map((count) => thresholdOf('MAJORITY', count))).toEqual([0, 1, 2, 2, 3, 3]);
  });

  it('has a text form', () => {
    expect(parseImplicitMeta('MAJORITY Endorsement')).toEqual({ rule: 'MAJORITY', subPolicy: 'Endorsement' });
    expect(() => parseImplicitMeta('MOST Endorsement')).toThrow('unknown rule type \'MOST\', expected ALL, ANY, or MAJORITY');
    expect(() => parseImplicitMeta('ANY  Endorsement')).toThrow('expected two space separated tokens, but got 3');
  });
});

describe('an application policy', () => {
  it('is a signature policy of its own, or one of the channel', () => {
    expect(readApplicationPolicy(encodeApplicationPolicy('AND(\'Org1MSP.peer\', \'Org2MSP.peer\')'), channel).evaluate(who('Org2MSP.peer', 'Org1MSP.peer'))).toBeUndefined();
    const reference = readApplicationPolicy(encodePolicyReference('/Channel/Application/Endorsement'), channel);
    expect(reference.evaluate(who('Org1MSP.peer', 'Org2MSP.peer'))).toBeUndefined();
    expect(reference.evaluate(who('Org1MSP.peer'))).toBeDefined();
  });

  it('is what was said last, where bytes say both', () => {
    const [own, reference] = [encodeApplicationPolicy('OR(\'Org1MSP.peer\')'), encodePolicyReference('/Channel/Application/Endorsement')];
    const evaluateBoth = (...parts: Uint8Array[]) => readApplicationPolicy(Buffer.concat(parts), channel).evaluate(who('Org1MSP.peer'));
    expect(evaluateBoth(reference, own)).toBeUndefined();
    expect(evaluateBoth(own, reference)).toContain('implicit policy evaluation failed');
    // Envelopes of a rule that says NOutOf and SignedBy, and of one principal.
    expect(decodeSignaturePolicy(Buffer.from('1204120008001a00', 'hex')).rule).toEqual({ kind: 'signedBy', principal: 0 });
    expect(decodeSignaturePolicy(Buffer.from('1204080012001a00', 'hex')).rule).toEqual({ kind: 'outOf', n: 0, rules: [] });
  });

  it('is refused when it says neither, names nothing, or does not compile', () => {
    expect(() => readApplicationPolicy(new Uint8Array(), channel)).toThrow('unsupported policy type');
    expect(() => readApplicationPolicy(encodePolicyReference('/Channel/Nothing'), channel)).toThrow('could not create evaluator for channel reference policy: failed to retrieve policy for reference /Channel/Nothing');
    const policy = new peer.ApplicationPolicy();
    const envelope = new common.SignaturePolicyEnvelope();
    const rule = new common.SignaturePolicy();
    rule.setSignedBy(3);
    envelope.setRule(rule);
    policy.setSignaturePolicy(envelope);
    expect(() => readApplicationPolicy(policy.serializeBinary(), channel)).toThrow('could not create evaluator for signature policy: identity index out of range, requested 3, but identities length is 0');
    rule.setSignedBy(-1);
    expect(() => readApplicationPolicy(policy.serializeBinary(), channel)).toThrow('requested -1');
  });
});

describe('bytes of policies from outside', () => {
  const seed = Number(process.env.SEED ?? 4_711);
  const readers: readonly { name: string; good: Uint8Array; read: (bytes: Uint8Array) => unknown }[] = [
    { name: 'a signature policy', good: encodeSignaturePolicy(parsePolicy('OutOf(2, AND(\'A.peer\', \'B.peer\'), OR(\'C.admin\'), \'D.member\')')), read: (bytes) => decodeSignaturePolicy(bytes) },
    { name: 'an application policy', good: encodeApplicationPolicy('OR(\'Org1MSP.peer\', \'Org2MSP.peer\')'), read: (bytes) => readApplicationPolicy(bytes, channel).evaluate(who('Org1MSP.peer')) },
    { name: 'an implicit policy', good: Buffer.from('0a07526561646572731002', 'hex'), read: readImplicitMeta },
    { name: 'a configuration group', good: createConfigGroup(createChannelGroups(['Org1MSP'])).serializeBinary(), read: (bytes) => createPolicyManager(readConfigGroup(bytes)) },
  ];
  for (const { name, good, read } of readers) {
    it(`never end in anything but a value or a refusal: ${name} (SEED=${seed})`, () => {
      const random = createRandom(seed);
      for (let run = 0; run < 1_000; run += 1) {
        const bytes = Buffer.from(good);
        for (let flips = random.below(4); flips >= 0; flips -= 1) bytes[random.below(bytes.length)] = random.below(256);
        try {
          read(random.chance(0.2) ? bytes.subarray(0, random.below(bytes.length)) : bytes);
        } catch (error) {
          expect(error, `run ${run}: ${bytes.toString('hex')}`).toBeInstanceOf(FabricRefusal);
        }
      }
    });
  }

  it('are refused when they nest deeper than the stack would carry', () => {
    let rule: Buffer = Buffer.from('0800', 'hex');
    const wrap = (field: number, inner: Buffer): Buffer => Buffer.concat([Buffer.of(field), encodeLength(inner.length), inner]);
    for (let depth = 0; depth < 40; depth += 1) rule = wrap(0x12, wrap(0x12, rule));
    expect(() => decodeSignaturePolicy(wrap(0x12, rule))).toThrow('nested deeper than 32');
    for (let depth = 0; depth < 20_000; depth += 1) rule = wrap(0x12, wrap(0x12, rule));
    expect(() => decodeSignaturePolicy(wrap(0x12, rule))).toThrow('more than 1000 rules');
  });
});

function encodeLength(length: number): Buffer {
  const bytes: number[] = [];
  for (let left = length; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 0x80);
  }
}
