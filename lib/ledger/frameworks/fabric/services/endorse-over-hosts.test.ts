import { describe, expect, it } from 'vitest';
import { peer } from '@hyperledger/fabric-protos';
import { createRandom } from '../../../testing/random';
import { TEST_CHAIN } from '../../../testing/test-nodes';
import { peerTaskAnswer } from '../channel-peers';
import { endorseTransaction, evaluateTransaction, GATEWAY_CODES } from '../endorser';
import { signProposal } from '../endorser/testing/sign-proposal';
import type { TestChaincode } from '../endorser/testing/test-city';
import { refusalOf } from '../endorser/testing/test-gateway';
import { endorse, proposalResponse } from '../protocol';
import { encodeApplicationPolicy } from '../testing/test-policies';
import { signaturePolicyBytes } from '../testing/test-collections';
import { JoinedHosts } from './testing/joined-hosts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString('utf8');
const seed = Number(process.env.SEED ?? 1 + Math.floor(Date.now() % 1e9));

const notes: TestChaincode = async ([name, key = '', value = '', third = ''], world, _call, mspId) => {
  if (name === 'put') await world.putState('', key, bytes(value));
  if (name === 'whoami') await world.putState('', 'who', bytes(mspId));
  if (name === 'guard') await world.putStateMetadata('', key, 'VALIDATION_PARAMETER', signaturePolicyBytes(value));
  if (name === 'call') {
    const input = new peer.ChaincodeInput();
    input.setArgsList([bytes('put'), bytes(value), bytes(third)]);
    return text((await world.invokeChaincode(key, '', input.serializeBinary())).payload);
  }
  if (name === 'get') return text(await world.getState('', key));
  return name === 'whose' ? mspId : 'ok';
};

async function open(organisationsOf: readonly (readonly string[])[], policy?: string): Promise<JoinedHosts> {
  const joined = await JoinedHosts.open(organisationsOf);
  joined.play('notes', notes);
  await joined.deploy('notes', policy === undefined ? {} : { policy: encodeApplicationPolicy(policy) });
  for (const { asked, city } of joined.hosts) {
    asked.length = 0;
    city.ran.length = 0;
  }
  return joined;
}

const three = [['Org1MSP'], ['Org2MSP'], ['Org3MSP']];
const ranOf = (joined: JoinedHosts) => joined.hosts.map(({ city }) => city.ran.join());
const proposals = (joined: JoinedHosts) => joined.hosts.map(({ asked }) => asked.filter((kind) => kind === 'propose').length);

describe('endorsements of organisations whose peers are on other hosts', () => {
  it('are collected as the policy asks for, each simulated once on its own host, and the transaction is valid', async () => {
    const joined = await open(three, "AND('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')");
    const commit = await joined.contract(0, 'Org1MSP', 'notes').submitAsync('put', { arguments: ['a', '1'] });
    expect((await commit.getStatus()).code).toBe(0);
    expect(ranOf(joined)).toEqual(['Org1MSP notes', 'Org2MSP notes', 'Org3MSP notes']);
    // None of them simulates on less than the gateway has.
    expect(joined.reached.at(-1)).toBe(joined.host(0).node.host.head(TEST_CHAIN).height);
    expect(text(await joined.contract(2, 'Org3MSP', 'notes').evaluateTransaction('get', 'a'))).toBe('1');
  });

  it('are asked from nobody else while those on the gateway’s host suffice', async () => {
    const joined = await open([['Org1MSP', 'Org2MSP'], ['Org3MSP']], "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')");
    await joined.contract(0, 'Org1MSP', 'notes').submitTransaction('put', 'a', '1');
    expect(joined.host(1).asked).toEqual([]);
    // At the other gateway they are needed.
    await joined.contract(1, 'Org3MSP', 'notes').submitTransaction('put', 'a', '2');
    expect(proposals(joined)).toEqual([1, 0]);
  });

  it('are tried with other organisations, and with the same one’s other peers, until enough agree', async () => {
    const joined = await open([['Org1MSP'], ['Org2MSP'], ['Org2MSP'], ['Org3MSP']], "AND('Org1MSP.peer', OR('Org2MSP.peer', 'Org3MSP.peer'))");
    const contract = joined.contract(0, 'Org1MSP', 'notes');
    await contract.submitTransaction('put', 'a', '1');
    // They are known, and two of them are away since.
    for (const at of [1, 3]) joined.host(at).isAway = true;
    await contract.submitTransaction('put', 'a', '2');
    for (const at of [1, 3]) joined.host(at).isAway = false;
    joined.host(2).isAway = true;
    await contract.submitTransaction('put', 'a', '3');
    for (const at of [1, 3]) joined.host(at).isAway = true;
    const refusal = await refusalOf(contract.submitTransaction('put', 'a', '4'));
    expect([refusal.code, refusal.message]).toEqual([GATEWAY_CODES.ABORTED, 'failed to collect enough transaction endorsements, see attached details for more info']);
    expect([...refusal.details].sort()).toEqual(['Org2MSP', 'Org2MSP', 'Org3MSP'].map((mspId) => `${mspId}: rpc error: code = Unavailable desc = connection refused`));
    // Once it is known that nobody is there, it is said so.
    for (const host of joined.hosts) host.city.nowMs += 2_000;
    expect((await refusalOf(contract.submitTransaction('put', 'a', '4'))).message).toBe('no combination of peers can be derived which satisfy the endorsement policy: no peer combination can satisfy the endorsement policy');
    for (const host of joined.hosts) host.isAway = false;
    for (const host of joined.hosts) host.city.nowMs += 2_000;
    await contract.submitTransaction('put', 'a', '5');
  });

  it('that differ are refused with who differed, wherever it is', async () => {
    const joined = await open(three, "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')");
    const refusal = await refusalOf(joined.contract(0, 'Org1MSP', 'notes').submitTransaction('whoami'));
    expect(refusal.message).toBe('failed to collect enough transaction endorsements, see attached details for more info');
    expect([...refusal.details].sort()).toEqual(['Org2MSP: ProposalResponsePayloads do not match', 'Org3MSP: ProposalResponsePayloads do not match']);
  });

  it('are those that a key’s own policy, or that of a chaincode that is called, asks for', async () => {
    const joined = await open(three, "OR('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')");
    joined.play('other', notes);
    await joined.deploy('other', { policy: encodeApplicationPolicy("AND('Org1MSP.peer', 'Org2MSP.peer')") });
    const contract = joined.contract(0, 'Org1MSP', 'notes');
    await contract.submitTransaction('put', 'k', '1');
    await contract.submitTransaction('guard', 'k', "AND('Org1MSP.peer', 'Org3MSP.peer')");
    for (const { asked } of joined.hosts) asked.length = 0;
    expect((await (await contract.submitAsync('put', { arguments: ['k', '2'] })).getStatus()).code).toBe(0);
    expect(proposals(joined)).toEqual([0, 0, 1]);
    expect((await (await contract.submitAsync('call', { arguments: ['other', 'x', '1'] })).getStatus()).code).toBe(0);
    expect(proposals(joined)).toEqual([0, 1, 1]);
  });

  it('come from the organisations that the client names, and from no other; it hears which have no peer', async () => {
    const joined = await open(three, "OR('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')");
    const contract = joined.contract(0, 'Org1MSP', 'notes');
    await contract.submit('put', { arguments: ['a', '1'], endorsingOrganizations: ['Org2MSP', 'Org3MSP'] });
    expect(ranOf(joined)).toEqual(['', 'Org2MSP notes', 'Org3MSP notes']);
    joined.host(1).isAway = true;
    for (const host of joined.hosts) host.city.nowMs += 2_000;
    joined.host(0).directory.forget();
    expect(await refusalOf(contract.submit('put', { arguments: ['a', '1'], endorsingOrganizations: ['Org1MSP', 'Org2MSP'] }))).toMatchObject({ code: GATEWAY_CODES.UNAVAILABLE, message: 'failed to find any endorsing peers for org(s): Org2MSP' });
  });

  it('begin with another host’s peer where the gateway’s organisation does not run the chaincode', async () => {
    const joined = await JoinedHosts.open([['Org1MSP'], ['Org2MSP']]);
    joined.play('notes', notes);
    await joined.deploy('notes', { policy: encodeApplicationPolicy("OR('Org1MSP.peer', 'Org2MSP.peer')") }, { Org1MSP: undefined, Org2MSP: 'notes' });
    const contract = joined.contract(0, 'Org1MSP', 'notes');
    await contract.submitTransaction('put', 'a', '1');
    expect(text(await contract.evaluateTransaction('whose'))).toBe('Org2MSP');
    // Whoever hands in transient data did not ask for that.
    const secret = { arguments: ['a', '1'], transientData: { pin: '1' } };
    expect((await refusalOf(contract.submit('put', secret))).message).toBe("no endorsers found in the gateway's organization; retry specifying endorsing organization(s) to protect transient data");
    expect((await refusalOf(contract.evaluate('get', secret))).message).toBe(
      "no endorsers found in the gateway's organization; retry specifying target organization(s) to protect transient data: no peers available to evaluate chaincode notes in channel mychannel",
    );
    expect(text(await contract.evaluate('get', { ...secret, endorsingOrganizations: ['Org2MSP'] }))).toBe('1');
  });
});

describe('a client whose time is up', () => {
  it('is told so, while a host still does not answer', async () => {
    const joined = await open([['Org1MSP'], ['Org2MSP']], "AND('Org1MSP.peer', 'Org2MSP.peer')");
    await joined.contract(0, 'Org1MSP', 'notes').submitTransaction('put', 'a', '1');
    joined.host(1).isSlow = true;
    const user = joined.user('Org1MSP');
    for (const [mspIds, run, words] of [
      [[], endorseTransaction, 'endorsement timeout expired while collecting endorsements'],
      [['Org2MSP'], evaluateTransaction, 'evaluate timeout expired'],
    ] as const) {
      const hangup = new AbortController();
      const request = { signedProposal: signProposal(user, { channelId: 'mychannel', chaincode: 'notes', args: ['get', 'a'] }), homeMspId: 'Org1MSP', mspIds, signal: hangup.signal };
      const before = joined.host(1).asked.length;
      const answer = run(request, joined.host(0).city.ports()).then(() => undefined, (error: unknown) => error);
      await expect.poll(() => joined.host(1).asked.length).toBe(before + 1);
      hangup.abort(new Error('the client hung up'));
      expect(await answer).toMatchObject({ code: GATEWAY_CODES.DEADLINE_EXCEEDED, message: words });
    }
  });
});

describe('a host that is asked', () => {
  it('looks at the client as if it had come to it, and says what Fabric says', async () => {
    const joined = await open([['Org1MSP'], ['Org2MSP']], "AND('Org1MSP.peer', 'Org2MSP.peer')");
    const contract = joined.contract(0, 'Org1MSP', 'notes');
    const proposal = contract.newProposal('put', { arguments: ['a', '1'] });
    await (await proposal.endorse()).submit();
    const duplicate = await refusalOf(contract.newProposal('get', { arguments: ['a'], endorsingOrganizations: ['Org2MSP'] }).endorse().then(async () => proposal.endorse()));
    expect(duplicate.details[0]).toContain('duplicate transaction found');
    joined.host(1).city.nowMs += 3_650 * 86_400_000;
    const expired = await refusalOf(contract.evaluate('get', { arguments: ['a'], endorsingOrganizations: ['Org2MSP'] }));
    expect(expired.details).toEqual(['Org2MSP: proposal client identity expired']);
  });

  it('keeps to the plan of its channel, too', async () => {
    const joined = await open([['Org1MSP'], ['Org2MSP']], "AND('Org1MSP.peer', 'Org2MSP.peer')");
    const taken: number[] = [];
    const rules = { configuration: () => ({ sequence: 0, rules: joined.host(1).city.base && view.rules, accessRules: new Map() }) };
    const view = await joined.host(1).city.ports().openView('mychannel').then((one) => one ?? Promise.reject(new Error('there is a channel')));
    joined.host(1).findChannel = () =>
      ({ ...rules, channelId: 'mychannel', homeMspId: 'Org2MSP', quota: { takeRequest: () => (taken.push(1), taken.length > 1 ? { message: 'All requests of this month are used up.' } : undefined) } }) as never;
    const contract = joined.contract(0, 'Org1MSP', 'notes');
    await contract.submitTransaction('put', 'a', '1');
    const refusal = await refusalOf(contract.submitTransaction('put', 'a', '2'));
    expect(refusal.details).toEqual(['Org2MSP: rpc error: code = Unavailable desc = All requests of this month are used up.']);
    expect(taken).toHaveLength(2);
    view.release();
  });

  it(`is not ended by what is no task, nor is who asks by what is no answer (seed ${seed})`, async () => {
    const joined = await open([['Org1MSP'], ['Org2MSP']], "AND('Org1MSP.peer', 'Org2MSP.peer')");
    const random = createRandom(seed);
    const rubbish = (from: Uint8Array) => {
      const changed = Buffer.from(from);
      for (let count = random.below(4); count >= 0 && changed.length > 0; count -= 1) changed[random.below(changed.length)] = random.below(256);
      return changed.subarray(0, random.below(3) === 0 ? random.below(changed.length + 1) : changed.length);
    };
    const contract = joined.contract(0, 'Org1MSP', 'notes');
    for (let round = 0; round < 40; round += 1) {
      joined.host(1).tamper = (_kind, answer) => rubbish(answer);
      for (const host of joined.hosts) host.city.nowMs += 2_000;
      const transaction = contract.newProposal('put', { arguments: ['a', '1'] }).endorse();
      // A changed byte may change nothing that counts; whatever is endorsed is valid.
      const endorsed = await transaction.catch((error: unknown) => (refusalOf(Promise.reject(error)), undefined));
      if (endorsed !== undefined) expect((await (await endorsed.submit()).getStatus()).code).toBe(0);
    }
    joined.host(1).tamper = undefined;
    for (const host of joined.hosts) host.city.nowMs += 2_000;
    await contract.submitTransaction('put', 'a', '1');
  });
});

describe('nothing is believed of another host', () => {
  it('that endorses with another key, or with a changed payload', async () => {
    const joined = await open([['Org1MSP'], ['Org2MSP']], "OR('Org1MSP.peer', 'Org2MSP.peer')");
    const named = { arguments: ['a', '1'], endorsingOrganizations: ['Org2MSP'] };
    const stranger = joined.host(0).city.organisation('Org2MSP').issue({ units: ['peer'] });
    for (const change of [
      (payload: Uint8Array) => ({ payload, endorsement: endorse(payload, stranger) }),
      (payload: Uint8Array) => ({ payload: Buffer.concat([payload, Buffer.from([0x1a, 0])]) }),
    ]) {
      joined.host(1).tamper = (kind, answer) => {
        if (kind !== 'propose') return answer;
        const { response } = peerTaskAnswer.decode(answer);
        const read = proposalResponse.decode(response ?? bytes(''));
        return peerTaskAnswer.encode({ response: proposalResponse.encode({ ...read, ...change(read.payload) }) });
      };
      const refusal = await refusalOf(joined.contract(0, 'Org1MSP', 'notes').submit('put', named));
      expect(refusal.details).toEqual(['Org2MSP: rpc error: code = Unavailable desc = its endorsement is not signed by the peer that was asked']);
    }
  });

  it('that answers without an endorsement: neither as a result, nor as a veto against the other peers', async () => {
    const joined = await open(three, "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')");
    const contract = joined.contract(0, 'Org1MSP', 'notes');
    joined.host(1).tamper = (kind, answer) => {
      if (kind !== 'propose') return answer;
      const { response } = peerTaskAnswer.decode(answer);
      return peerTaskAnswer.encode({ response: proposalResponse.encode({ ...proposalResponse.decode(response ?? bytes('')), endorsement: undefined }) });
    };
    const refusal = await refusalOf(contract.evaluate('get', { arguments: ['a'], endorsingOrganizations: ['Org2MSP'] }));
    expect(refusal.details).toEqual(['Org2MSP: rpc error: code = Unavailable desc = it answered without an endorsement']);
    const commit = await contract.submitAsync('put', { arguments: ['a', '1'] });
    expect((await commit.getStatus()).code).toBe(0);
    expect(proposals(joined)).toEqual([0, 2, 1]);
  });

  it('that introduces itself with what another host said, an old introduction, or a client’s certificate', async () => {
    const joined = await open(three, "OR('Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')");
    const contract = joined.contract(0, 'Org1MSP', 'notes');
    const named = { arguments: ['a', '1'], endorsingOrganizations: ['Org2MSP'] };
    const heard: Uint8Array[] = [];
    const anew = () => {
      for (const host of joined.hosts) {
        host.city.nowMs += 2_000;
        host.directory.forget();
      }
    };
    joined.host(1).tamper = (kind, answer) => (kind === 'introduce' && heard.push(answer), answer);
    anew();
    await contract.submit('put', named);
    // The third host says what the second said; the second is away.
    joined.host(1).isAway = true;
    joined.host(2).tamper = (kind, answer) => (kind === 'introduce' ? (heard[0] ?? answer) : answer);
    anew();
    expect((await refusalOf(contract.submit('put', named))).message).toBe('failed to find any endorsing peers for org(s): Org2MSP');
    // The second repeats itself.
    joined.host(1).isAway = false;
    joined.host(1).tamper = (kind, answer) => (kind === 'introduce' ? (heard[0] ?? answer) : answer);
    anew();
    expect((await refusalOf(contract.submit('put', named))).message).toBe('failed to find any endorsing peers for org(s): Org2MSP');
    joined.host(1).tamper = undefined;
    joined.host(1).city.signers.set('Org2MSP', joined.host(1).city.organisation('Org2MSP').issue({ units: ['client'] }));
    anew();
    expect((await refusalOf(contract.submit('put', named))).message).toBe('failed to find any endorsing peers for org(s): Org2MSP');
  });
});
