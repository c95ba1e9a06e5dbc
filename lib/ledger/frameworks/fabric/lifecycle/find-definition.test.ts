import { common, peer } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { worldState } from '../state';
import { TestLedger, bytes } from '../state/testing/test-ledger';
import { LIFECYCLE } from './definition';
import { findDefinition } from './find-definition';
import { createCollectionsOf, encodeImplicitMembers, mspIdOfImplicitCollection, nameImplicitCollection } from './implicit-collections';
import { replayRealState } from './testing/real-channel';

const seed = Number(process.env.SEED ?? 20_261_130);

describe('the definitions of a real channel', () => {
  it('are there from the block on that committed them, and not before', () => {
    expect(findDefinition(replayRealState(7), 'marblesp')).toBeUndefined();
    expect(findDefinition(replayRealState(8), 'marblesp')).toMatchObject({ name: 'marblesp', sequence: 1n, version: '1.0', initRequired: false });
    expect(findDefinition(replayRealState(17), 'marblesp')).toMatchObject({ sequence: 2n, version: '1.1' });
    expect(findDefinition(replayRealState(17), 'marbles')).toMatchObject({ sequence: 1n, version: '0.0', collections: [] });
  });

  it('have their collections and policies, as the published classes read them', () => {
    const definition = findDefinition(replayRealState(8), 'marblesp');
    expect(definition?.collections.map(({ name, blockToLive, memberOnlyRead, requiredPeerCount, maxPeerCount }) => ({ name, blockToLive, memberOnlyRead, requiredPeerCount, maxPeerCount }))).toEqual([
      { name: 'collectionMarbles', blockToLive: 1_000_000, memberOnlyRead: false, requiredPeerCount: 1, maxPeerCount: 2 },
      { name: 'collectionMarblePrivateDetails', blockToLive: 1_000_000, memberOnlyRead: false, requiredPeerCount: 1, maxPeerCount: 2 },
    ]);
    const members = common.SignaturePolicyEnvelope.deserializeBinary(definition?.collections[0]?.memberPolicy ?? bytes(''));
    expect(members.getIdentitiesList().length).toBeGreaterThan(1);
    expect(peer.ApplicationPolicy.deserializeBinary(definition?.endorsementPolicy ?? bytes('')).getSignaturePolicy()?.getIdentitiesList()).toHaveLength(3);
  });
});

describe('a definition that nobody can call', () => {
  it('has a name that no chaincode can have', () => {
    const state = replayRealState(8);
    for (const name of ['_lifecycle', 'qscc', 'lscc', '', 'a/b', '\0', '\u{d800}', 'x'.repeat(2_000)]) expect(findDefinition(state, name), name.slice(0, 20)).toBeUndefined();
  });

  it('is one whose bytes are none, however they are bent', () => {
    let random = seed;
    const next = (below: number): number => {
      random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
      return random % below;
    };
    const good = replayRealState(8);
    const keys = ['namespaces/metadata/marblesp', ...['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'].map((field) => `namespaces/fields/marblesp/${field}`)];
    const ledger = new TestLedger();
    const values = keys.map((key) => worldState(good, good).get(LIFECYCLE, key)?.value ?? bytes(''));
    let unreadable = 0;
    for (let round = 0; round < 300; round += 1) {
      ledger.submit((simulator) => {
        for (const [index, key] of keys.entries()) {
          const value = Uint8Array.from(values[index] ?? []);
          if (next(3) === 0 && value.length > 0) value[next(value.length)] = next(256);
          simulator.putState(LIFECYCLE, key, next(5) === 0 ? value.subarray(0, next(value.length + 1)) : value);
        }
      }, `bent ${round}`);
      if (findDefinition(ledger.state, 'marblesp') === undefined) unreadable += 1;
    }
    expect(unreadable, `seed ${seed}`).toBeGreaterThan(20);
  });

  it('is something else than a chaincode', () => {
    const ledger = new TestLedger();
    ledger.submit((simulator) => simulator.putState(LIFECYCLE, 'namespaces/metadata/other', Buffer.from('0a055468696e67', 'hex')));
    expect(findDefinition(ledger.state, 'other')).toBeUndefined();
  });
});

describe('implicit collections', () => {
  it('stand beside those of a definition, in `_lifecycle` alone, and nowhere for what is not defined', () => {
    const collectionsOf = createCollectionsOf((name) => findDefinition(replayRealState(8), name), ['Org1MSP', 'Org2MSP']);
    expect([...(collectionsOf('marblesp') ?? [])].map(([name, { blockToLive }]) => `${name} ${blockToLive}`)).toEqual([
      'collectionMarbles 1000000',
      'collectionMarblePrivateDetails 1000000',
      '_implicit_org_Org1MSP 0',
      '_implicit_org_Org2MSP 0',
    ]);
    expect([...(collectionsOf(LIFECYCLE)?.keys() ?? [])]).toEqual(['_implicit_org_Org1MSP', '_implicit_org_Org2MSP']);
    expect(collectionsOf('ghost')).toBeUndefined();
  });

  it('are named after their organisation, and its members are theirs', () => {
    expect(mspIdOfImplicitCollection(nameImplicitCollection('Org1MSP'))).toBe('Org1MSP');
    expect(mspIdOfImplicitCollection('collectionMarbles')).toBeUndefined();
    const policy = common.SignaturePolicyEnvelope.deserializeBinary(encodeImplicitMembers('Org1MSP'));
    expect(policy.getRule()?.getNOutOf()?.getN()).toBe(1);
    expect(Buffer.from(policy.getIdentitiesList()[0]?.getPrincipal_asU8() ?? []).toString()).toContain('Org1MSP');
  });
});
