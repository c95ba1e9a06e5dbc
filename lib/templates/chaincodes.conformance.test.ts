import { createHash } from 'node:crypto';
import { GatewayError, type ChaincodeEvent, type Contract } from '@hyperledger/fabric-gateway';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadFabricHostTesting, openTestLedger, TestHost } from '@/lib/gateway/testing';
import { runtimeDirectory } from '@/lib/sandbox/testing';
import { chaincodePackageOf, chaincodeTemplates, type ChaincodeTemplateDescriptor } from './index';

/** Templates as two organisations install them, in a real city node and real sandboxes, called by the official client. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

const { channelConfig, createTestOrganisation, FabricClients, giveIdentity } = await loadFabricHostTesting();
const [org1, org2, orderers] = [createTestOrganisation('Org1MSP'), createTestOrganisation('Org2MSP'), createTestOrganisation('OrdererMSP')];
const names = { 'asset-transfer': 'basic', 'evidence-notary': 'notary' } as const;

let host: TestHost;
let clients: InstanceType<typeof FabricClients>;

beforeAll(async () => {
  host = await TestHost.prepare(['SIN']);
  host.args = ['--chaincode-runtime', runtimeDirectory()];
  await host.resume();
  await host.certify();
  for (const organisation of [org1, org2]) await giveIdentity(host, organisation, 'peer');
  await giveIdentity(host, orderers, 'orderer');
  await openTestLedger([[host, 'SIN']], { framework: 'fabric', config: channelConfig('mychannel', [org1, org2], orderers) });
  clients = new FabricClients(host, 'mychannel');
  for (const { id } of chaincodeTemplates) {
    const { bytes, packageId } = chaincodePackageOf(id);
    for (const organisation of [org1, org2]) {
      expect(await clients.install(organisation, bytes)).toBe(packageId);
      await clients.approve(organisation, names[id], packageId);
    }
    await clients.commit(org1, names[id]);
  }
});
afterAll(async () => {
  clients.close();
  await host.remove();
});

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const json = (bytes: Uint8Array): unknown => JSON.parse(text(bytes));
const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

/** What the chaincode answered instead of doing it. */
async function refusalOf(request: Promise<unknown>): Promise<string> {
  const error: unknown = await request.then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof GatewayError)) throw error ?? new Error('it was done');
  return error.details[0]?.message ?? error.message;
}

/** Each call is refused in these words, and by every endorser alike: nothing else would be said. */
async function expectRefusals(contract: Contract, calls: readonly (readonly [string, readonly string[], string])[]): Promise<void> {
  for (const [name, args, words] of calls) {
    expect(await refusalOf(contract.submitTransaction(name, ...args)), `${name} ${args.join(' ').slice(0, 80)}`).toContain(words);
  }
}

type Submitted = Awaited<ReturnType<Contract['submitAsync']>>;

/** The event of a submitted transaction, as the other organisation hears it. */
async function awaitEvent(id: ChaincodeTemplateDescriptor['id'], commit: Submitted): Promise<ChaincodeEvent> {
  const { blockNumber, successful } = await commit.getStatus();
  expect(successful).toBe(true);
  const events = await clients.network(org2).getChaincodeEvents(names[id], { startBlock: blockNumber });
  try {
    for await (const event of events) if (event.transactionId === commit.getTransactionId()) return event;
  } finally {
    events.close();
  }
  throw new Error('the events ended before it came');
}

const eventOf = async (id: ChaincodeTemplateDescriptor['id'], contract: Contract, name: string, ...args: string[]): Promise<ChaincodeEvent> =>
  awaitEvent(id, await contract.submitAsync(name, { arguments: args }));

describe.each(chaincodeTemplates)('the descriptor of $id', ({ id, functions }) => {
  it('has the functions and arguments that the chaincode says it has, and says which change the ledger', async () => {
    const metadata = json(await clients.contract(org1, names[id]).evaluateTransaction('org.hyperledger.fabric:GetMetadata')) as {
      contracts: Record<string, { transactions: { name: string; tag: string[]; parameters?: { name: string }[] }[] }>;
    };
    const [contract] = Object.entries(metadata.contracts).filter(([name]) => name !== 'org.hyperledger.fabric');
    const found = (contract?.[1].transactions ?? []).map((one) => ({ name: one.name, kind: one.tag.includes('SUBMIT') ? 'submit' : 'evaluate', arguments: (one.parameters ?? []).map((parameter) => parameter.name) }));
    const told = functions.map((one) => ({ name: one.name, kind: one.kind, arguments: one.arguments.map((argument) => argument.name) }));
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
    expect(told.sort(byName)).toEqual(found.sort(byName));
  });

  it('has examples that can be called one after another, with the answers and events that it tells of', async () => {
    const contract = clients.contract(org1, names[id]);
    for (const one of functions) {
      const args = one.arguments.map(({ example }) => example);
      const commit = one.kind === 'submit' ? await contract.submitAsync(one.name, { arguments: args }) : undefined;
      const answer = text(commit ? commit.getResult() : await contract.evaluateTransaction(one.name, ...args));
      const kind = answer === '' ? undefined : /^[[{]/.test(answer) ? 'json' : /^(true|false)$/.test(answer) ? 'boolean' : 'text';
      expect([one.name, kind]).toEqual([one.name, one.returns]);
      if (kind === 'json') JSON.parse(answer);
      if (commit) expect([one.name, (await awaitEvent(id, commit)).eventName]).toEqual([one.name, one.event]);
    }
  });
});

describe('asset transfer', () => {
  const contract = () => clients.contract(org1, names['asset-transfer']);
  const asset = ['a1', 'yellow', '5', 'Tom', '1300'] as const;

  it('goes through what the sample clients of fabric-samples do, in their order, also a second time', async () => {
    for (const id of ['asset100', 'asset200']) {
      const own = contract();
      await own.submitTransaction('InitLedger');
      const all = json(await own.evaluateTransaction('GetAllAssets')) as { ID: string }[];
      expect(all.map(({ ID }) => ID)).toEqual(expect.arrayContaining(['asset1', 'asset2', 'asset3', 'asset4', 'asset5', 'asset6']));
      expect(all[0]).not.toHaveProperty('docType');
      await own.submitTransaction('CreateAsset', id, 'yellow', '5', 'Tom', '1300');
      const commit = await own.submitAsync('TransferAsset', { arguments: [id, 'Saptha'] });
      expect(text(commit.getResult())).toBe('Tom');
      expect((await commit.getStatus()).successful).toBe(true);
      expect(text(await own.evaluateTransaction('ReadAsset', id))).toBe(`{"AppraisedValue":1300,"Color":"yellow","ID":"${id}","Owner":"Saptha","Size":5}`);
      expect(await refusalOf(own.submitTransaction('UpdateAsset', 'asset70', 'blue', '5', 'Tomoko', '300'))).toContain('The asset asset70 does not exist');
    }
  });

  it('tells each change by an event of its name with the asset, and both organisations read the same', async () => {
    const own = contract();
    const payload = async (name: string, ...args: string[]) => {
      const event = await eventOf('asset-transfer', own, name, ...args);
      return [event.eventName, json(event.payload)];
    };
    const created = { AppraisedValue: 1300, Color: 'yellow', ID: 'a1', Owner: 'Tom', Size: 5 };
    const updated = { ...created, Color: 'ultramarine', Size: 0 };
    expect(await payload('CreateAsset', ...asset)).toEqual(['CreateAsset', created]);
    expect(await payload('UpdateAsset', 'a1', 'ultramarine', '0', 'Tom', '1300')).toEqual(['UpdateAsset', updated]);
    expect(await payload('TransferAsset', 'a1', 'Zoë 船')).toEqual(['TransferAsset', { ...updated, Owner: 'Zoë 船' }]);
    expect(json(await clients.contract(org2, names['asset-transfer']).evaluateTransaction('ReadAsset', 'a1'))).toEqual({ ...updated, Owner: 'Zoë 船' });
    expect(await payload('DeleteAsset', 'a1')).toEqual(['DeleteAsset', { ...updated, Owner: 'Zoë 船' }]);
    expect(text(await own.evaluateTransaction('AssetExists', 'a1'))).toBe('false');
    expect(text(await own.evaluateTransaction('AssetExists', 'asset1'))).toBe('true');
  });

  it('does not give assets back to their first owners when InitLedger is called again', async () => {
    const own = contract();
    await own.submitTransaction('TransferAsset', 'asset3', 'Ada');
    const event = await eventOf('asset-transfer', own, 'InitLedger');
    expect(json(event.payload)).toEqual([]);
    expect(json(await own.evaluateTransaction('ReadAsset', 'asset3'))).toMatchObject({ Owner: 'Ada' });
  });

  it('is read page by page, each asset once', async () => {
    const own = contract();
    const seen: string[] = [];
    let bookmark = '';
    do {
      const page = json(await own.evaluateTransaction('GetAssetsPage', '4', bookmark)) as { assets: { ID: string }[]; bookmark: string };
      seen.push(...page.assets.map(({ ID }) => ID));
      bookmark = page.bookmark;
    } while (bookmark !== '' && seen.length < 100);
    expect(seen).toEqual((json(await own.evaluateTransaction('GetAllAssets')) as { ID: string }[]).map(({ ID }) => ID));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('refuses what would spoil the ledger, and names the argument', async () => {
    const change = (at: number, value: string): string[] => asset.map((one, index) => (index === at ? value : one));
    await expectRefusals(contract(), [
      ['CreateAsset', change(0, 'asset1'), 'The asset asset1 already exists'],
      ['CreateAsset', change(0, ''), 'The ID of an asset may not be empty'],
      ['CreateAsset', change(0, 'x'.repeat(65)), 'The ID of an asset has at most 64 characters, this one 65'],
      ['CreateAsset', change(0, 'a\u0000b'), 'The ID of an asset is one line without control characters'],
      ['CreateAsset', change(1, ' '), 'The color of an asset may not be empty'],
      ['CreateAsset', change(2, 'five'), 'The size is a whole number of 0 or more in decimal digits, not "five"'],
      ['CreateAsset', change(2, ''), 'The size is a whole number'],
      ['CreateAsset', change(2, '-1'), 'The size is a whole number'],
      ['CreateAsset', change(2, '1.5'), 'The size is a whole number'],
      ['CreateAsset', change(2, '0x10'), 'The size is a whole number'],
      ['CreateAsset', change(4, '9007199254740993'), 'The appraised value is a whole number'],
      ['CreateAsset', change(3, 'a\nb'), 'The owner of an asset is one line'],
      ['CreateAsset', ['a1'], 'Expected 5 parameters, but 1 have been supplied'],
      ['UpdateAsset', change(0, 'ghost'), 'The asset ghost does not exist'],
      ['UpdateAsset', change(2, 'x'), 'The size is a whole number'],
      ['TransferAsset', ['ghost', 'Ada'], 'The asset ghost does not exist'],
      ['TransferAsset', ['asset1', ''], 'The owner of an asset may not be empty'],
      ['DeleteAsset', ['ghost'], 'The asset ghost does not exist'],
      ['ReadAsset', ['ghost'], 'The asset ghost does not exist'],
      ['ReadAsset', [''], 'The ID of an asset may not be empty'],
      ['AssetExists', [''], 'The ID of an asset may not be empty'],
      ['GetAssetsPage', ['0', ''], 'A page has 1 to 1000 assets, not 0'],
      ['GetAssetsPage', ['1001', ''], 'A page has 1 to 1000 assets'],
      ['GetAssetsPage', ['many', ''], 'The page size is a whole number'],
      ['StealAsset', [], 'does not exist'],
    ]);
  });
});

describe('evidence notary', () => {
  const contract = (organisation = org1) => clients.contract(organisation, names['evidence-notary']);
  type Entry = { hash: string; notarisedAt: string; submitter: { id: string; mspId: string } };

  it('notes a hash once, whatever the case of its digits, with who did it and when', async () => {
    const own = contract();
    const before = Date.now();
    const { eventName, payload } = await eventOf('evidence-notary', own, 'Notarise', sha256('deed').toUpperCase(), 'Deed', '{"place":"Bergen","author":"Ada"}');
    expect(eventName).toBe('EvidenceNotarised');
    const entry = json(await contract(org2).evaluateTransaction('GetEvidence', sha256('deed'))) as Entry;
    expect(entry).toEqual({ hash: sha256('deed'), metadata: { author: 'Ada', place: 'Bergen' }, notarisedAt: expect.any(String), state: 'valid', submitter: { id: expect.stringMatching(/^x509::/), mspId: 'Org1MSP' }, title: 'Deed' });
    expect(json(payload)).toEqual(entry);
    expect(Math.abs(Date.parse(entry.notarisedAt) - before)).toBeLessThan(60_000);
    await expectRefusals(contract(org2), [['Notarise', [sha256('deed'), 'Mine', ''], `The evidence ${sha256('deed')} is notarised already, since ${entry.notarisedAt}`]]);
    expect(text(await own.evaluateTransaction('IsNotarised', sha256('deed')))).toBe('true');
    expect(text(await own.evaluateTransaction('IsNotarised', sha256('nothing')))).toBe('false');
  });

  it('lets nobody but its submitter revoke or supersede an entry, not even another member of the organisation', async () => {
    await contract().submitTransaction('Notarise', sha256('mine'), 'Mine', '');
    const words = `Only who notarised the evidence ${sha256('mine')} may revoke or supersede it`;
    for (const other of [clients.network(org1, 'client', org1.issue({ units: ['client'], commonName: 'other', notAfterMs: Date.now() + 86_400_000 })).getContract(names['evidence-notary']), contract(org2)]) {
      await expectRefusals(other, [
        ['Revoke', [sha256('mine'), 'because'], words],
        ['Supersede', [sha256('mine'), sha256('theirs'), 'Theirs', ''], words],
      ]);
    }
    expect(text(await contract().evaluateTransaction('IsNotarised', sha256('theirs')))).toBe('false');
  });

  it('stays its submitter’s when the certificate is renewed under the same name', async () => {
    const certified = () => clients.network(org1, 'client', org1.issue({ units: ['client'], commonName: 'renewed', notAfterMs: Date.now() + 86_400_000 })).getContract(names['evidence-notary']);
    await certified().submitTransaction('Notarise', sha256('kept'), 'Kept', '');
    expect(json(await certified().submitTransaction('Revoke', sha256('kept'), 'no longer'))).toMatchObject({ state: 'revoked' });
  });

  it('keeps what was superseded and revoked, each pointing to the other, with the history of both', async () => {
    const own = contract();
    const [first, second] = [sha256('one'), sha256('two')];
    await own.submitTransaction('Notarise', first, 'First', '');
    const superseded = await eventOf('evidence-notary', own, 'Supersede', first, second, 'Second', '{}');
    expect([superseded.eventName, json(superseded.payload)]).toEqual(['EvidenceSuperseded', expect.objectContaining({ hash: second, state: 'valid', supersedes: first, title: 'Second' })]);
    expect(json(await own.evaluateTransaction('GetEvidence', first))).toMatchObject({ state: 'superseded', supersededBy: second, title: 'First' });
    const revoked = await eventOf('evidence-notary', own, 'Revoke', second, 'Signed by mistake');
    expect([revoked.eventName, json(revoked.payload)]).toEqual(['EvidenceRevoked', expect.objectContaining({ hash: second, state: 'revoked', reason: 'Signed by mistake', supersedes: first })]);
    const history = json(await own.evaluateTransaction('GetHistory', second)) as { at: string; evidence: { state: string; notarisedAt: string }; txId: string }[];
    expect(history.map(({ evidence }) => evidence.state)).toEqual(['revoked', 'valid']);
    expect([history[0]?.txId, history[1]?.txId]).toEqual([revoked.transactionId, superseded.transactionId]);
    expect(history[1]?.at).toBe(history[1]?.evidence.notarisedAt);
    expect((json(await own.evaluateTransaction('GetHistory', first)) as unknown[]).length).toBe(2);
    await expectRefusals(own, [
      ['Revoke', [second, 'again'], `The evidence ${second} is revoked already`],
      ['Revoke', [first, 'too'], `The evidence ${first} is superseded already`],
      ['Supersede', [first, sha256('three'), 'Third', ''], `The evidence ${first} is superseded already`],
      ['Notarise', [second, 'Second', ''], `The evidence ${second} is notarised already`],
    ]);
  });

  it('lists entries by their time page by page, each once', async () => {
    const own = contract();
    for (let count = 0; count < 3; count += 1) await own.submitTransaction('Notarise', sha256(`page ${count}`), `Page ${count}`, '');
    const seen: Entry[] = [];
    let bookmark = '';
    let pages = 0;
    do {
      const page = json(await own.evaluateTransaction('ListEvidence', '3', bookmark)) as { entries: Entry[]; bookmark: string };
      expect(page.bookmark).toMatch(/^[\w-]*$/);
      seen.push(...page.entries);
      bookmark = page.bookmark;
      pages += 1;
    } while (bookmark !== '' && pages < 50);
    expect(pages).toBeGreaterThan(2);
    expect(new Set(seen.map(({ hash }) => hash)).size).toBe(seen.length);
    expect(seen.map(({ notarisedAt }) => notarisedAt)).toEqual(seen.map(({ notarisedAt }) => notarisedAt).sort());
    expect(seen.slice(-3).map(({ hash }) => hash)).toEqual([0, 1, 2].map((count) => sha256(`page ${count}`)));
  });

  it('notes a hash that two submit at once for one of them alone', async () => {
    const outcomes = await Promise.all([contract(), contract(org2)].map((one) => one.submitTransaction('Notarise', sha256('race'), 'Race', '').then(() => 'noted', (error: unknown) => String(error))));
    expect(outcomes.filter((outcome) => outcome === 'noted')).toHaveLength(1);
    expect(json(await contract().evaluateTransaction('GetHistory', sha256('race')))).toHaveLength(1);
  });

  it('refuses what is no hash, title, metadata, reason, page or bookmark, and says why', async () => {
    const free = sha256('free');
    const notarise = (title: string, metadata: string): [string, string[]] => ['Notarise', [free, title, metadata]];
    await expectRefusals(contract(), [
      ['Notarise', ['abc', 'Title', ''], 'The hash must be a SHA-256 hash: 64 hexadecimal digits'],
      ['Notarise', [`${free}00`, 'Title', ''], 'The hash must be a SHA-256 hash'],
      ['Notarise', ['', 'Title', ''], 'The hash must be a SHA-256 hash'],
      [...notarise('', ''), 'The title may not be empty'],
      [...notarise('x'.repeat(201), ''), 'The title has at most 200 characters, this one 201'],
      [...notarise('two\nlines', ''), 'The title is one line'],
      [...notarise('Title', 'author: Ada'), 'The metadata must be a JSON object'],
      [...notarise('Title', '["Ada"]'), 'The metadata must be a JSON object'],
      [...notarise('Title', 'null'), 'The metadata must be a JSON object'],
      [...notarise('Title', '{"pages":3}'), '"pages" in the metadata must be a text'],
      [...notarise('Title', '{"__proto__":"x"}'), '"__proto__" cannot be a name'],
      [...notarise('Title', `{"a":"${'x'.repeat(1_025)}"}`), '"a" in the metadata must be a text of at most 1024'],
      [...notarise('Title', JSON.stringify(Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`n${at}`, ''])))), 'at most 32 entries, these 33'],
      [...notarise('Title', JSON.stringify({ a: 'x'.repeat(9_000) })), 'at most 8192 bytes'],
      ['Notarise', [free, 'Title'], 'Expected 3 parameters, but 2 have been supplied'],
      ['GetEvidence', [free], `The evidence ${free} is not notarised`],
      ['GetHistory', [free], `The evidence ${free} is not notarised`],
      ['Revoke', [free, 'because'], `The evidence ${free} is not notarised`],
      ['Revoke', [sha256('deed'), ''], 'The reason may not be empty'],
      ['Supersede', [free, free, 'Title', ''], `The evidence ${free} is not notarised`],
      ['ListEvidence', ['0', ''], 'A page has 1 to 100 entries, not "0"'],
      ['ListEvidence', ['101', ''], 'A page has 1 to 100 entries'],
      ['ListEvidence', ['10', 'somewhere'], 'The bookmark is none that a page gave'],
    ]);
  });

  it('does not let an entry stand in its own place', async () => {
    const own = contract();
    await own.submitTransaction('Notarise', sha256('self'), 'Self', '');
    await expectRefusals(own, [['Supersede', [sha256('self'), sha256('self'), 'Self', ''], 'is notarised already']]);
  });
});
