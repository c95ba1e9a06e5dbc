import { describe, expect, it } from 'vitest';
import { chainId } from '../../../core/types';
import { createRandom } from '../../../testing/random';
import { FabricReadError } from '../read/read-error';
import { encodePrivateRwset, type PrivatePosition } from '../state';
import { TestChannel } from '../testing/test-channel';
import { TestChannelPeer } from '../testing/test-channel-peer';
import { createTestOrganisation } from '../testing/test-organisation';
import { ASKED_MAX, decodeMemberAnswer, encodeMemberRequest } from './member-request';

const seed = Number(process.env.SEED ?? 1 + Math.floor(Date.now() % 1e9));
const channel = new TestChannel();
const [peer1, peer2] = channel.peers as [(typeof channel.peers)[0], (typeof channel.peers)[0]];
const chain = chainId('reef-2209');
const nowMs = Date.UTC(2026, 5, 1);
const position: PrivatePosition = { block: 2, transaction: 0, namespace: 'secrets', collection: 'ours' };

/** A member that has one secret of a collection of Org1MSP. */
async function openMember(members = "OR('Org1MSP.member')"): Promise<TestChannelPeer> {
  const peer = await TestChannelPeer.open(channel, { organisations: ['Org1MSP'] });
  await peer.commit(channel.define('secrets', { policy: "OR('Org1MSP.peer', 'Org2MSP.peer')", collections: [{ name: 'ours', members }] }).bytes);
  const { rwset, privateRwset = new Uint8Array(0) } = channel.simulate(peer.storage.state, (simulator) => simulator.putPrivateData('secrets', 'ours', 'k', Buffer.from('hidden')));
  const transaction = channel.transaction({ chaincode: 'secrets', results: rwset });
  await peer.keepLocally({ kind: 'put-aside', txId: transaction.txId, plaintext: privateRwset });
  await peer.commit(transaction.bytes);
  return peer;
}

const ask = async (peer: TestChannelPeer, signed: Uint8Array, hostId = 'host_b', atMs = nowMs) => peer.query({ kind: 'member-private-data', signed, hostId, nowMs: atMs });
const deniedOf = async (answer: Promise<unknown>): Promise<string> => {
  const error = await answer.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof FabricReadError) || error.code !== 'request-denied') throw error ?? new Error('it was answered');
  return error.message;
};

describe('private data that another peer of the channel asks for', () => {
  it('are given to the peer of a member, as they are missing there', async () => {
    const [member, late] = [await openMember(), await TestChannelPeer.open(channel, { organisations: ['Org1MSP'] })];
    const nothing = { ...position, transaction: 7 };
    const signed = encodeMemberRequest({ chain, hostId: 'host_b', positions: [nothing, position] }, peer1);
    const [none, plaintext] = decodeMemberAnswer(await ask(member, signed), 2);
    expect(none).toBeUndefined();
    const given = await member.query({ kind: 'block-private-data', number: 2 });
    expect(Buffer.from(encodePrivateRwset({ namespaces: [{ namespace: 'secrets', collections: [{ collection: 'ours', rwset: plaintext ?? new Uint8Array(0) }] }] }))).toEqual(Buffer.from(given.get(0) ?? []));
    expect(decodeMemberAnswer(await ask(late, signed), 2)).toEqual([undefined, undefined]);
  });

  it('are not given to organisations that are no members', async () => {
    const member = await openMember();
    const signed = encodeMemberRequest({ chain, hostId: 'host_b', positions: [position] }, peer2);
    expect(decodeMemberAnswer(await ask(member, signed), 1)).toEqual([undefined]);
  });

  it('are given by what the policy says of who asks, and not by the name of its organisation', async () => {
    const signed = encodeMemberRequest({ chain, hostId: 'host_b', positions: [position] }, peer2);
    for (const [policy, isGiven] of [["OR('Org1MSP.peer', 'Org2MSP.peer')", true], ["OR('Org1MSP.peer', 'Org2MSP.client')", false]] as const) {
      expect(decodeMemberAnswer(await ask(await openMember(policy), signed), 1)[0] !== undefined, policy).toBe(isGiven);
    }
  });

  it('are not given for a request of another host, sub-chain, time, role or organisation, nor for a changed one', async () => {
    const member = await openMember();
    const request = { chain, hostId: 'host_b', positions: [position] };
    expect(await deniedOf(ask(member, encodeMemberRequest(request, peer1), 'host_c'))).toContain('another sub-chain or host');
    expect(await deniedOf(ask(member, encodeMemberRequest({ ...request, chain: chainId('tide-1') }, peer1)))).toContain('another sub-chain or host');
    expect(await deniedOf(ask(member, encodeMemberRequest(request, peer1), 'host_b', Date.UTC(2050, 0, 1)))).toContain('expired');
    expect(await deniedOf(ask(member, encodeMemberRequest(request, channel.client)))).toContain('[PEER]');
    expect(await deniedOf(ask(member, encodeMemberRequest(request, createTestOrganisation('Org1MSP').issue({ units: ['peer'] }))))).not.toBe('');
    const other = { serialized: peer1.serialized, sign: (bytes: Uint8Array) => peer2.sign(bytes) };
    expect(await deniedOf(ask(member, encodeMemberRequest(request, other)))).toContain('signature is invalid');
    // As for an endorsement or a block: a signature over the bare bytes.
    const bare = { serialized: peer1.serialized, sign: (bytes: Uint8Array) => peer1.sign(bytes.subarray('chainworks/private-data/1\0'.length)) };
    expect(await deniedOf(ask(member, encodeMemberRequest(request, bare)))).toContain('signature is invalid');
  });

  it(`are not given for bytes that are no request, and a peer is not ended by them (seed ${seed})`, async () => {
    const member = await openMember();
    const random = createRandom(seed);
    const good = encodeMemberRequest({ chain, hostId: 'host_b', positions: [position, { ...position, block: 2 ** 50 }] }, peer1);
    expect(decodeMemberAnswer(await ask(member, good), 2)[1]).toBeUndefined();
    for (let round = 0; round < 200; round += 1) {
      const damaged = Buffer.from(good);
      damaged[random.below(damaged.length)] = random.below(256);
      const cut = damaged.subarray(0, round % 3 === 0 ? random.below(damaged.length) : damaged.length);
      if (Buffer.compare(cut, good) === 0) continue;
      // A changed byte of a certificate's text may change nothing of what it says.
      await ask(member, cut).catch((error: unknown) => {
        if (!(error instanceof FabricReadError)) throw error;
      });
    }
    const many = { chain, hostId: 'host_b', positions: Array.from({ length: ASKED_MAX + 1 }, () => position) };
    expect(await deniedOf(ask(member, encodeMemberRequest(many, peer1)))).not.toBe('');
  });
});
