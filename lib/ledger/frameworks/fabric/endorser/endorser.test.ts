import { peer } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { ChaincodeError } from '../../../vm/chaincode';
import { chaincodeAction, chaincodeEvent, envelope, proposalResponse, proposalResponsePayload, unpackTransaction } from '../protocol';
import { checkRwset } from '../state';
import { encodeApplicationPolicy } from '../testing/test-policies';
import { endorseTransaction } from './endorse-transaction';
import { GATEWAY_CODES } from './gateway-refused';
import { ChaincodeUnavailable } from './ports';
import { processProposal } from './process-proposal';
import { signProposal } from './testing/sign-proposal';
import { TestCity, type TestChaincode } from './testing/test-city';
import { deploy, openContract, refusalOf, type TestUser } from './testing/test-gateway';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8');

/** Puts and gets, and what goes wrong in a chaincode. */
const basic: TestChaincode = async ([name, ...args], world, _call, mspId) => {
  const [key = '', value = ''] = args;
  switch (name) {
    case 'put':
      await world.putState('', key, bytes(value));
      return `put ${key}`;
    case 'get':
      return text((await world.getState('', key)) ?? bytes('nothing'));
    case 'event':
      return { event: chaincodeEvent.encode({ chaincodeId: 'forged', txId: 'forged', eventName: key, payload: bytes(value) }) };
    case 'status':
      return { status: Number(key), message: 'so', payload: bytes('result') };
    case 'whoami':
      await world.putState('', 'who', bytes(mspId));
      return mspId;
    case 'call':
      return text((await world.invokeChaincode(key, value, Buffer.from(peerInput(args.slice(2))))).payload);
    default:
      return 'ok';
  }
};

function peerInput(args: readonly string[]): Uint8Array {
  const input = new peer.ChaincodeInput();
  input.setArgsList(args.map(bytes));
  return input.serializeBinary();
}

/** What the official client has no call for: endorses and orders a proposal that initialises. */
async function submitInit(city: TestCity, client: TestUser): Promise<void> {
  const signedProposal = signProposal(client, { channelId: 'one', chaincode: 'basic', args: ['put', 'b', '2'], isInit: true });
  const payload = await endorseTransaction({ signedProposal, homeMspId: client.mspId, mspIds: [], signal: new AbortController().signal }, city.ports());
  await city.commit('one', envelope.encode({ payload, signature: client.signer.sign(payload) }));
}

function user(city: TestCity, mspId: string, units: readonly string[] = ['client']): TestUser {
  return { mspId, signer: city.organisation(mspId).issue({ units: [...units] }) };
}

async function openCity(mspIds: readonly string[] = ['Org1MSP', 'Org2MSP'], policy?: string): Promise<TestCity> {
  const city = new TestCity(mspIds);
  city.addChannel('one');
  city.chaincodes.set('basic', basic);
  const packages = Object.fromEntries(mspIds.map((mspId) => [mspId, 'basic']));
  await deploy(city, 'one', { name: 'basic', packages, ...(policy === undefined ? {} : { policy: encodeApplicationPolicy(policy) }) });
  return city;
}

/** Organisations that endorsed the newest transaction of a channel, in the order in which they stand. */
function endorsersOf(submitted: Uint8Array, city: TestCity): string[] {
  const { endorsements } = unpackTransaction(submitted, (rwset) => checkRwset(rwset).rwset?.namespaces.map(({ namespace }) => namespace));
  return endorsements.map(({ endorser }) => [...city.signers].find(([, signer]) => Buffer.compare(signer.serialized, endorser) === 0)?.[0] ?? 'nobody');
}

describe('a transaction of the official client', () => {
  it('is endorsed by as many organisations as the policy asks for, and its writes can be read', async () => {
    const city = await openCity();
    const contract = openContract(city, user(city, 'Org1MSP'), 'one', 'basic');
    const transaction = await contract.newProposal('put', { arguments: ['a', '1'] }).endorse();
    expect(text(transaction.getResult())).toBe('put a');
    const commit = await transaction.submit();
    expect((await commit.getStatus()).successful).toBe(true);
    expect(text(await contract.evaluateTransaction('get', 'a'))).toBe('1');
    expect(city.ran.filter((one) => one.endsWith('basic'))).toEqual(['Org1MSP basic', 'Org2MSP basic', 'Org1MSP basic']);
  });

  it('names the chaincode, its version and who endorsed it, the gateway\'s organisation first', async () => {
    const city = await openCity(['Org1MSP', 'Org2MSP', 'Org3MSP'], "AND('Org2MSP.peer', 'Org3MSP.peer')");
    const seen: Uint8Array[] = [];
    const commit = city.commit.bind(city);
    city.commit = (channelId, submitted) => (seen.push(submitted), commit(channelId, submitted));
    await openContract(city, user(city, 'Org3MSP'), 'one', 'basic').submitTransaction('put', 'a', '1');
    const [submitted = bytes('')] = seen;
    expect(endorsersOf(submitted, city).sort()).toEqual(['Org2MSP', 'Org3MSP']);
    const action = unpackTransaction(submitted, () => ['basic']);
    expect(action.chaincode).toMatchObject({ name: 'basic', version: '1.0' });
    expect(city.ran[0]).toBe('Org3MSP basic');
    expect(city.ran).not.toContain('Org1MSP basic');
  });

  it('depends on the definition that it ran under: an upgrade meanwhile makes it invalid', async () => {
    const city = await openCity();
    const contract = openContract(city, user(city, 'Org1MSP'), 'one', 'basic');
    const transaction = await contract.newProposal('put', { arguments: ['a', '1'] }).endorse();
    await deploy(city, 'one', { name: 'basic', version: '2.0', sequence: 2, packages: { Org1MSP: 'basic', Org2MSP: 'basic' } });
    const status = await (await transaction.submit()).getStatus();
    expect(status.successful).toBe(false);
    expect(status.code).toBe(11);
  });

  it('carries the chaincode\'s event under the chaincode\'s own name, and none when it failed', async () => {
    const city = await openCity();
    const seen: Uint8Array[] = [];
    const commit = city.commit.bind(city);
    city.commit = (channelId, submitted) => (seen.push(submitted), commit(channelId, submitted));
    await openContract(city, user(city, 'Org1MSP'), 'one', 'basic').submitTransaction('event', 'made', 'it');
    const { event, channelHeader } = unpackTransaction(seen[0] ?? bytes(''), () => []);
    expect(event).toMatchObject({ chaincodeId: 'basic', txId: channelHeader.txId, eventName: 'made' });
  });

  it('is refused when organisations come to different results, with who differed', async () => {
    const city = await openCity();
    const refusal = await refusalOf(openContract(city, user(city, 'Org1MSP'), 'one', 'basic').submitTransaction('whoami'));
    expect(refusal).toEqual({
      code: GATEWAY_CODES.ABORTED,
      message: 'failed to collect enough transaction endorsements, see attached details for more info',
      details: ['Org2MSP: ProposalResponsePayloads do not match'],
    });
  });

  it('is tried with other organisations while some may still agree, and each that differs is told once', async () => {
    const city = await openCity(['Org1MSP', 'Org2MSP', 'Org3MSP'], "OutOf(2, 'Org1MSP.peer', 'Org2MSP.peer', 'Org3MSP.peer')");
    const contract = openContract(city, user(city, 'Org1MSP'), 'one', 'basic');
    expect([...(await refusalOf(contract.submitTransaction('whoami'))).details].sort()).toEqual(['Org2MSP: ProposalResponsePayloads do not match', 'Org3MSP: ProposalResponsePayloads do not match']);
    city.chaincodes.set('basic', async (_args, world, _call, mspId) => (await world.putState('', 'odd', bytes(mspId === 'Org2MSP' ? 'odd' : 'even')), 'ok'));
    expect(text(await contract.submitTransaction('any'))).toBe('ok');
  });

  it('goes to the organisations that the client names, to no other', async () => {
    const city = await openCity();
    const contract = openContract(city, user(city, 'Org1MSP'), 'one', 'basic');
    await contract.submit('put', { arguments: ['a', '1'], endorsingOrganizations: ['Org2MSP'] });
    expect(city.ran).toEqual(['Org2MSP basic']);
    expect(await refusalOf(contract.submit('put', { arguments: ['a'], endorsingOrganizations: ['Org2MSP', 'Org7MSP'] }))).toMatchObject({
      code: GATEWAY_CODES.UNAVAILABLE,
      message: 'failed to find any endorsing peers for org(s): Org7MSP',
    });
  });

  it('holds no view of the channel when it is over, whatever became of it', async () => {
    const city = await openCity();
    const contract = openContract(city, user(city, 'Org1MSP'), 'one', 'basic');
    await contract.submitTransaction('put', 'a', '1');
    await refusalOf(contract.evaluateTransaction('status', '500'));
    await refusalOf(contract.submitTransaction('whoami'));
    expect(city.channel('one').held).toBe(0);
  });
});

describe('answers of a chaincode', () => {
  it.each([
    [200, undefined],
    [399, undefined],
    [400, { code: GATEWAY_CODES.UNKNOWN, message: 'evaluate call to endorser returned error: chaincode response 400, so', details: ['Org1MSP: chaincode response 400, so'] }],
    [500, { code: GATEWAY_CODES.UNKNOWN, message: 'evaluate call to endorser returned error: chaincode response 500, so', details: ['Org1MSP: chaincode response 500, so'] }],
  ])('with the status %i are told as Fabric tells them', async (status, refusal) => {
    const city = await openCity();
    const answer = openContract(city, user(city, 'Org1MSP'), 'one', 'basic').evaluateTransaction('status', String(status));
    if (refusal === undefined) expect(text(await answer)).toBe('result');
    else expect(await refusalOf(answer)).toEqual(refusal);
  });

  it('that fail or never come name what happened, and every peer that was tried', async () => {
    const city = await openCity();
    const runs: [fail: () => Error, words: RegExp][] = [
      [() => new ChaincodeUnavailable('the package has no main file'), /^error in simulation: failed to execute transaction [0-9a-f]{64}: could not launch chaincode basic:[0-9a-f]{64}: the package has no main file$/],
      [() => new ChaincodeError('timeout', 'timeout expired while executing transaction'), /^error in simulation: failed to execute transaction [0-9a-f]{64}: error sending: timeout expired while executing transaction$/],
      [() => new ChaincodeError('stream-terminated', 'chaincode stream terminated'), /^error in simulation: failed to execute transaction [0-9a-f]{64}: error sending: chaincode stream terminated$/],
    ];
    for (const [fail, words] of runs) {
      const ports = city.ports({ runChaincode: () => Promise.reject(fail()) });
      const contract = openContract(city, user(city, 'Org1MSP'), 'one', 'basic', ports);
      const evaluated = await refusalOf(contract.evaluateTransaction('get', 'a'));
      expect(evaluated).toMatchObject({ code: GATEWAY_CODES.ABORTED, message: 'failed to evaluate transaction, see attached details for more info' });
      expect(evaluated.details.map((one) => one.split(': ', 1)[0])).toEqual(['Org1MSP', 'Org2MSP']);
      expect(evaluated.details[0]?.slice('Org1MSP: '.length)).toMatch(words);
      const endorsed = await refusalOf(contract.submitTransaction('get', 'a'));
      expect(endorsed).toMatchObject({ code: GATEWAY_CODES.ABORTED, message: 'failed to endorse transaction, see attached details for more info' });
      expect(endorsed.details[0]?.slice('Org1MSP: '.length)).toMatch(words);
    }
  });

  it('that a broken city node prevents are an error of ours, and nobody\'s answer', async () => {
    const city = await openCity();
    const ports = city.ports({ runChaincode: () => Promise.reject(new ChaincodeError('world-failed', 'the world failed')) });
    await expect(openContract(city, user(city, 'Org1MSP'), 'one', 'basic', ports).evaluateTransaction('get', 'a')).rejects.toThrow('the world failed');
  });
});

describe('who may propose', () => {
  it('is who the channel\'s policies let write', async () => {
    const city = await openCity();
    const denied = await refusalOf(openContract(city, user(city, 'Org1MSP', ['peer']), 'one', 'basic').evaluateTransaction('get', 'a'));
    expect(denied.code).toBe(GATEWAY_CODES.FAILED_PRECONDITION);
    expect(denied.message).toMatch(/^evaluate call to endorser returned error: Failed evaluating policy on signed data during check policy on channel \[one\] with policy \[\/Channel\/Application\/Writers\]: \[/);
  });

  it('is who an access rule of the channel names, where it has one', async () => {
    const city = await openCity();
    city.channel('one').accessRules.set('peer/Propose', '/Channel/Application/Admins');
    const denied = await refusalOf(openContract(city, user(city, 'Org1MSP'), 'one', 'basic').evaluateTransaction('get', 'a'));
    expect(denied.message).toMatch(/: failed evaluating policy on signed data during check policy \[\/Channel\/Application\/Admins\]: \[/);
  });

  it('is nobody whose organisation the channel does not have, whose certificate is another\'s, or expired', async () => {
    const city = await openCity();
    const strangers = new TestCity(['Org9MSP', 'Org1MSP']);
    for (const mspId of ['Org9MSP', 'Org1MSP']) {
      const stranger = { mspId, signer: strangers.organisation(mspId).issue({ units: ['client'] }) };
      expect((await refusalOf(openContract(city, stranger, 'one', 'basic').evaluateTransaction('get', 'a'))).message).toBe(
        'evaluate call to endorser returned error: error validating proposal: access denied: channel [one] creator org unknown, creator is malformed',
      );
    }
    city.nowMs += 400 * 24 * 60 * 60 * 1_000;
    expect((await refusalOf(openContract(city, user(city, 'Org1MSP'), 'one', 'basic').evaluateTransaction('get', 'a'))).details[0]).toBe('Org1MSP: proposal client identity expired');
  });

  it('proposes a transaction once: its id is used up when it is in a block', async () => {
    const city = await openCity();
    const contract = openContract(city, user(city, 'Org1MSP'), 'one', 'basic');
    const proposal = contract.newProposal('put', { arguments: ['a', '1'] });
    await (await proposal.endorse()).submit();
    const refusal = await refusalOf(proposal.endorse());
    expect(refusal.details[0]).toContain(`duplicate transaction found [${proposal.getTransactionId()}]. Creator [`);
  });
});

describe('a chaincode that nobody can run', () => {
  it('is told apart by why', async () => {
    const city = await openCity();
    const client = user(city, 'Org1MSP');
    expect(await refusalOf(openContract(city, client, 'one', 'ghost').evaluateTransaction('get'))).toEqual({
      code: GATEWAY_CODES.FAILED_PRECONDITION,
      message: 'no peers available to evaluate chaincode ghost in channel one',
      details: [],
    });
    expect(await refusalOf(openContract(city, client, 'one', 'ghost').submitTransaction('get'))).toMatchObject({
      code: GATEWAY_CODES.FAILED_PRECONDITION,
      message: 'no combination of peers can be derived which satisfy the endorsement policy: No metadata was found for chaincode ghost in channel one',
    });
    expect((await refusalOf(openContract(city, client, 'ghost', 'basic').evaluateTransaction('get'))).code).toBe(GATEWAY_CODES.UNAVAILABLE);
    expect((await refusalOf(openContract(city, client, 'ghost', 'basic').submitTransaction('get'))).code).toBe(GATEWAY_CODES.FAILED_PRECONDITION);
  });

  it('is one that too few organisations installed', async () => {
    const city = new TestCity(['Org1MSP', 'Org2MSP']);
    city.addChannel('one');
    city.chaincodes.set('basic', basic);
    await deploy(city, 'one', { name: 'basic', packages: { Org1MSP: 'basic', Org2MSP: undefined } });
    const contract = openContract(city, user(city, 'Org1MSP'), 'one', 'basic');
    expect(text(await contract.evaluateTransaction('get', 'a'))).toBe('nothing');
    expect((await refusalOf(contract.submitTransaction('put', 'a', '1'))).message).toBe(
      'no combination of peers can be derived which satisfy the endorsement policy: required chaincodes are not installed on sufficient peers',
    );
    // The other organisation's gateway asks where the chaincode is.
    expect(text(await openContract(city, user(city, 'Org2MSP'), 'one', 'basic').evaluateTransaction('get', 'a'))).toBe('nothing');
    expect(city.ran.at(-1)).toBe('Org1MSP basic');
  });
});

describe('a peer', () => {
  const ask = async (city: TestCity, mspId: string, args: readonly string[], from = 'Org1MSP') => {
    const signedProposal = signProposal(user(city, from), { channelId: 'one', chaincode: 'basic', args });
    return proposalResponse.decode((await processProposal({ signedProposal, mspId }, city.ports())).bytes);
  };

  it('endorses nothing for an organisation that the channel does not have, or that has no key here', async () => {
    const city = new TestCity(['Org1MSP', 'Org2MSP']);
    city.addChannel('one', ['Org1MSP']);
    expect((await ask(city, 'Org2MSP', ['get'])).response).toMatchObject({ status: 500, message: "channel 'one' not found" });
    expect((await ask(city, 'Org9MSP', ['get'])).response).toMatchObject({ status: 500, message: 'this peer endorses nothing for Org9MSP' });
    expect(city.channel('one').held).toBe(0);
  });

  it('runs only what its organisation approved and installed', async () => {
    const city = new TestCity(['Org1MSP', 'Org2MSP']);
    city.addChannel('one');
    city.chaincodes.set('basic', basic);
    await deploy(city, 'one', { name: 'basic', packages: { Org1MSP: 'basic' } });
    // That it has the package is no consent.
    await city.packages.put('Org2MSP', bytes('basic:code'));
    const head = 'make sure the chaincode basic has been successfully defined on channel one and try again: ';
    expect((await ask(city, 'Org2MSP', ['get'])).response?.message).toBe(`${head}chaincode definition for 'basic' at sequence 1 on channel 'one' has not yet been approved by this org`);
    await deploy(city, 'one', { name: 'basic', sequence: 2, packages: { Org1MSP: 'basic', Org2MSP: undefined } });
    expect((await ask(city, 'Org2MSP', ['get'])).response?.message).toBe(`${head}chaincode definition for 'basic' exists, but chaincode is not installed`);
    expect(city.ran.filter((one) => one.startsWith('Org2MSP'))).toEqual([]);
  });

  it('gives a failed call no endorsement, no event, and keeps nothing of its plaintext', async () => {
    const city = await openCity();
    city.chaincodes.set('basic', async ([status = '200'], world) => {
      await world.putState('_implicit_org_Org1MSP', 'secret', bytes('x'));
      return { status: Number(status), event: chaincodeEvent.encode({ chaincodeId: 'basic', txId: 'x', eventName: 'made', payload: bytes('it') }) };
    });
    const kept = city.plaintexts.length;
    const eventOf = ({ payload }: { payload: Uint8Array }) => chaincodeAction.decode(proposalResponsePayload.decode(payload).extension).events.length;
    const failed = await ask(city, 'Org1MSP', ['500']);
    expect([failed.endorsement, eventOf(failed), city.plaintexts.length]).toEqual([undefined, 0, kept]);
    expect(await ask(city, 'Org1MSP', ['400'])).toMatchObject({ endorsement: undefined, payload: new Uint8Array(0) });
    const good = await ask(city, 'Org1MSP', ['200']);
    expect([good.endorsement !== undefined, eventOf(good) > 0, city.plaintexts.length]).toEqual([true, true, kept + 1]);
  });
});

describe('a chaincode that has to be initialised', () => {
  it('is, once for each version and before all else', async () => {
    const city = new TestCity(['Org1MSP']);
    city.addChannel('one');
    const kinds: string[] = [];
    city.chaincodes.set('basic', async (args, world, call, mspId) => (kinds.push(call.kind), basic(args, world, call, mspId)));
    await deploy(city, 'one', { name: 'basic', initRequired: true, packages: { Org1MSP: 'basic' } });
    const contract = openContract(city, user(city, 'Org1MSP'), 'one', 'basic');
    const early = await refusalOf(contract.submitTransaction('put', 'a', '1'));
    expect(early.details[0]).toMatch(/: invalid invocation: chaincode 'basic' has not been initialized for this version, must call as init first$/);
    expect(kinds).toEqual([]);
    const client = user(city, 'Org1MSP');
    const init = async (): Promise<string> => {
      const { bytes: answer } = await processProposal({ signedProposal: signProposal(client, { channelId: 'one', chaincode: 'basic', args: ['put', 'b', '2'], isInit: true }), mspId: 'Org1MSP' }, city.ports());
      return proposalResponse.decode(answer).response?.message ?? '';
    };
    await submitInit(city, client);
    expect(kinds).toEqual(['init']);
    expect(await init()).toMatch(/: invalid invocation: chaincode 'basic' is already initialized but called as init$/);
    await contract.submitTransaction('put', 'a', '1');
    expect(kinds.at(-1)).toBe('transaction');
    await deploy(city, 'one', { name: 'basic', version: '2.0', sequence: 2, initRequired: true, packages: { Org1MSP: 'basic' } });
    expect((await refusalOf(contract.submitTransaction('put', 'a', '1'))).details[0]).toContain('has not been initialized for this version');
    await deploy(city, 'one', { name: 'basic', version: '2.0', sequence: 3, packages: { Org1MSP: 'basic' } });
    expect(await init()).toMatch(/: invalid invocation: chaincode 'basic' does not require initialization but called as init$/);
  });
});
