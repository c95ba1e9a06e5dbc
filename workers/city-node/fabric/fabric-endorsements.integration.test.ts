import { status } from '@grpc/grpc-js';
import { EndorseError } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadOldFabricClient, openTestLedger, testAuthority, TestHost } from '@/lib/gateway/testing';
import { contractOf, makeChaincode, runtimeDirectory } from '@/lib/sandbox/testing';
import { channelConfig, collectionOf, createTestOrganisation, FabricClients, giveIdentity } from './testing/fabric-host';

/** Two real city-node processes, an organisation in each, and a majority of both for everything. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const { callOf, chooseEndorsers, endorsersQuery, OldClient } = await loadOldFabricClient();
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const notes = contractOf(`
  async put(ctx, key, value) { await ctx.stub.putState(key, Buffer.from(value)); }
  async add(ctx, key) { const n = Number((await ctx.stub.getState(key)).toString() || '0') + 1; await ctx.stub.putState(key, Buffer.from(String(n))); return n; }
  async hide(ctx, collection, key) { await ctx.stub.putPrivateData(collection, key, ctx.stub.getTransient().get('secret')); }
  async reveal(ctx, collection, key) { return (await ctx.stub.getPrivateData(collection, key)).toString(); }
  async whoami(ctx) { await ctx.stub.putState('who', Buffer.from(ctx.stub.getMspID())); return ctx.stub.getMspID(); }`);

const [org1, org2, orderers] = [createTestOrganisation('Org1MSP'), createTestOrganisation('Org2MSP'), createTestOrganisation('OrdererMSP')];
const args = ['--chaincode-runtime', runtimeDirectory()];
let first: TestHost;
let second: TestHost;
let one: FabricClients;
let two: FabricClients;
let chain: string;

beforeAll(async () => {
  [first, second] = [await TestHost.prepare(['SIN'], 'host_one'), await TestHost.prepare(['PAR'], 'host_two')];
  for (const host of [first, second]) {
    host.args = args;
    await host.resume();
    await host.certify();
  }
  await giveIdentity(first, org1, 'peer');
  await giveIdentity(first, orderers, 'orderer');
  await giveIdentity(second, org2, 'peer');
  ({ chain } = await openTestLedger([[first, 'SIN'], [second, 'PAR']], { framework: 'fabric', config: channelConfig('two', [org1, org2], orderers) }));
  [one, two] = [new FabricClients(first, 'two'), new FabricClients(second, 'two')];
});
afterAll(async () => {
  one.close();
  two.close();
  await Promise.all([first.remove(), second.remove()]);
});

/** What the client got instead of a transaction. */
async function refusalOf(request: Promise<unknown>): Promise<EndorseError> {
  const error = await request.then(() => undefined, (reason: unknown) => reason);
  if (error instanceof EndorseError) return error;
  throw error ?? new Error('it was endorsed');
}

/** Who endorsed the newest transaction, and its validation code. */
async function newest(): Promise<{ endorsers: string[]; code: number }> {
  const blocks = await one.blocks(org1);
  const block = common.Block.deserializeBinary(blocks.at(-1) ?? new Uint8Array(0));
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(block.getData()?.getDataList_asU8().at(-1) ?? new Uint8Array(0)).getPayload_asU8());
  const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  const endorsed = peer.ChaincodeActionPayload.deserializeBinary(action?.getPayload_asU8() ?? new Uint8Array(0)).getAction();
  const codes = block.getMetadata()?.getMetadataList_asU8()[2] ?? new Uint8Array(0);
  return { endorsers: (endorsed?.getEndorsementsList() ?? []).map((endorsement) => /Org\dMSP/.exec(text(endorsement.getEndorser_asU8()))?.[0] ?? '').sort(), code: codes.at(-1) ?? -1 };
}

describe('organisations whose peers are on different hosts', () => {
  it('endorse together what needs both: definitions, transactions at either gateway, one after another', async () => {
    const collections = collectionOf('both', ['Org1MSP', 'Org2MSP'], { required: 1, max: 1 });
    for (const [clients, organisation] of [[one, org1], [two, org2]] as const) await clients.approve(organisation, 'notes', await clients.install(organisation, makeChaincode(notes, 'notes_1')), collections);
    await one.commit(org1, 'notes', collections);
    expect((await newest()).endorsers).toEqual(['Org1MSP', 'Org2MSP']);
    const contract = one.contract(org1, 'notes');
    // Each reads what the one before wrote: the other host simulates on a state that has it.
    for (let count = 1; count <= 10; count += 1) expect(text(await contract.submitTransaction('add', 'n'))).toBe(String(count));
    expect(text(await two.contract(org2, 'notes').submitTransaction('add', 'n'))).toBe('11');
    expect(await newest()).toEqual({ endorsers: ['Org1MSP', 'Org2MSP'], code: 0 });
  });

  it('take transactions as large as a channel’s may be, also at the host that does not order', async () => {
    const large = 'x'.repeat(800_000);
    await two.contract(org2, 'notes').submitTransaction('put', 'large', large);
    expect(await newest()).toEqual({ endorsers: ['Org1MSP', 'Org2MSP'], code: 0 });
  });

  it('are discovered by clients of old at either host, who have both endorse', async () => {
    const shown = orderers.issue({ commonName: 'self' });
    const old = new OldClient({ root: Buffer.from(testAuthority.rootPem), tls: { cert: Buffer.from(shown.pem).toString(), key: shown.key.export({ format: 'pem', type: 'pkcs8' }).toString() } });
    const [here, there] = [first, second].map((host) => `127.0.0.1:${host.join.fabric?.port}`);
    try {
      for (const address of [here ?? '', there ?? '']) {
        const user = org1.issue({ units: ['client'] });
        const [endorsers] = await old.discover(address, user, [endorsersQuery('two', [[callOf('notes')]])]);
        const chosen = chooseEndorsers(endorsers).sort((a, b) => (a.mspId < b.mspId ? -1 : 1));
        expect(chosen).toEqual([{ mspId: 'Org1MSP', endpoint: here }, { mspId: 'Org2MSP', endpoint: there }]);
        const proposal = one.propose(org1, user, 'notes', ['put', `old ${address}`, '1']);
        const responses = await Promise.all(chosen.map(({ endpoint }) => old.propose(endpoint, user, proposal)));
        expect((await old.broadcast(address, user, proposal, responses)).getStatus()).toBe(200);
        expect(await newest()).toEqual({ endorsers: ['Org1MSP', 'Org2MSP'], code: 0 });
      }
    } finally {
      old.close();
    }
  });

  it('give private data to each other before the endorsement is answered, and have them with the block', async () => {
    await one.contract(org1, 'notes').submit('hide', { arguments: ['both', 's'], transientData: { secret: 'hush' } });
    expect(await newest()).toEqual({ endorsers: ['Org1MSP', 'Org2MSP'], code: 0 });
    expect(text(await one.contract(org1, 'notes').evaluate('reveal', { arguments: ['both', 's'], endorsingOrganizations: ['Org2MSP'] }))).toBe('hush');
    // Endorsed by one alone, which is too few: the other host got them all the same, and drops them with the block.
    const proposal = one.contract(org1, 'notes').newProposal('hide', { arguments: ['both', 't'], transientData: { secret: 'psst' }, endorsingOrganizations: ['Org1MSP'] });
    const commit = await (await proposal.endorse()).submit();
    expect((await commit.getStatus()).code).toBe(10);
  });

  it('are asked by the other’s gateway what only they are to see', async () => {
    expect(text(await one.contract(org1, 'notes').evaluate('whoami', { endorsingOrganizations: ['Org2MSP'], transientData: { a: 'b' } }))).toBe('Org2MSP');
    // Who does not say where it may go is answered by the gateway's own organisation.
    expect(text(await one.contract(org1, 'notes').evaluate('whoami', { transientData: { a: 'b' } }))).toBe('Org1MSP');
    await one.contract(org1, 'notes').submit('put', { arguments: ['only', 'there'], endorsingOrganizations: ['Org2MSP'] }).catch(() => undefined);
    expect((await newest()).endorsers).toEqual(['Org2MSP']);
  });

  it('refuse in Fabric’s words what they come to different results about, with the address of who differed', async () => {
    const refusal = await refusalOf(one.contract(org1, 'notes').submitTransaction('whoami'));
    expect([refusal.code, refusal.cause.details]).toEqual([status.ABORTED, 'failed to collect enough transaction endorsements, see attached details for more info']);
    expect(refusal.details).toEqual([{ address: `127.0.0.1:${second.join.fabric?.port}`, mspId: 'Org2MSP', message: 'ProposalResponsePayloads do not match' }]);
  });

  it('are missed when their host is away, also for private data, and asked again when it is back', async () => {
    two.close();
    await second.end('SIGKILL');
    const put = () => one.contract(org1, 'notes').submitTransaction('put', 'away', '1');
    const refusal = await refusalOf(put());
    expect([status.ABORTED, status.FAILED_PRECONDITION]).toContain(refusal.code);
    await expect.poll(async () => (await refusalOf(put())).cause.details, { timeout: 30_000, interval: 1_100 }).toContain('no combination of peers can be derived which satisfy the endorsement policy: no peer combination can satisfy the endorsement policy');
    const alone = await refusalOf(one.contract(org1, 'notes').submit('hide', { arguments: ['both', 'u'], transientData: { secret: 'x' }, endorsingOrganizations: ['Org1MSP'] }));
    expect(alone.details[0]?.message).toMatch(
      /^error in simulation: failed to distribute private collection, txID [0-9a-f]{64}, channel two: could not build private data dissemination plan for chaincode notes and collection both: required to disseminate to at least 1 peers, but know of only 0 eligible peers$/,
    );
    await second.resume();
    await expect.poll(() => put().then(() => 'endorsed', (error: unknown) => String(error)), { timeout: 60_000, interval: 1_100 }).toBe('endorsed');
    expect(await newest()).toEqual({ endorsers: ['Org1MSP', 'Org2MSP'], code: 0 });
    expect((await first.client.peerStatus({ chain, cityNode: 'SIN' })).state).toBe('running');
  });
});
