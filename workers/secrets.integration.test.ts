import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueAccessKey, revokeAccessKey } from '@/lib/access-keys';
import { approveApplication, createDraft, payApplication, saveDraftStep, submitApplication } from '@/lib/applications';
import { cardSchema, testCards } from '@/lib/billing';
import { bundledProgram } from '@/lib/gateway/testing';
import { findSession, requestPasswordReset, resetPassword, signIn, verifyEmail } from '@/lib/identity';
import { createPerson, freshOrigin, freshPassword, tokenFromMail } from '@/lib/identity/testing';
import { ringOperation } from '@/lib/operations';
import { createBlockingRedis, createId, getDb, getSecrets } from '@/lib/platform';
import { beginDelete, createTestSubChain, findSubChain } from '@/lib/sub-chains';
import { type Child, finalOperation, type Installation, openInstallation, startChild } from '@/lib/sub-chains/testing';

/** Cores that are shared with a busy machine: slow is not wrong. */
const finalMsMax = 60_000;

let installation: Installation;
let cityNode: Child;
let worker: Child;
/** Every command that any process sent to Redis: jobs are gone once they are done. */
const redisTraffic: string[] = [];
const monitored = createBlockingRedis();
let monitor: Awaited<ReturnType<typeof monitored.monitor>>;

beforeAll(async () => {
  installation = await openInstallation({ cityNodes: ['TYO'], logLevel: 'trace' });
  monitor = await monitored.monitor();
  monitor.on('monitor', (_time: string, command: string[]) => redisTraffic.push(command.join(' ')));
  cityNode = await installation.startCityNode();
  worker = startChild(await bundledProgram('telling-worker'), [credentialsFile()], { LOG_LEVEL: 'trace' });
});
afterAll(async () => {
  monitor?.disconnect();
  monitored.disconnect();
  if (worker?.isRunning()) await worker.kill();
  await installation?.close();
});

function credentialsFile(): string {
  return path.join(installation.hostDirectory, 'credentials-sent');
}

/** All rows of all tables as text; bytes are hexadecimal there. */
async function readAllRows(): Promise<string> {
  const tables = await getDb().$queryRaw<{ name: string }[]>`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`;
  const texts = await Promise.all(tables.map(({ name }) => getDb().$queryRawUnsafe<{ text: string }[]>(`SELECT COALESCE(string_agg(t::text, E'\\n'), '') AS text FROM "${name}" t`)));
  return texts.flat().map((row) => row.text).join('\n');
}

/** The ways in which a secret may be written down. */
function spellings(secret: string): string[] {
  const bytes = [Buffer.from(secret), Buffer.from(secret, 'base64')].filter((one) => one.length >= 16);
  return [secret, encodeURIComponent(secret), ...bytes.flatMap((one) => [one.toString('hex'), one.toString('base64'), one.toString('base64url')])];
}

/** Where a secret could have come to rest. */
async function readPlaces() {
  return { rows: await readAllRows(), queue: redisTraffic.join('\n'), 'city node’s log': cityNode.output(), 'worker’s log': worker.output() };
}
type Places = Awaited<ReturnType<typeof readPlaces>>;

function expectNowhere(places: Places, secrets: Readonly<Record<string, string>>): void {
  for (const [place, text] of Object.entries(places)) {
    for (const [name, secret] of Object.entries(secrets)) {
      expect(secret.length, name).toBeGreaterThan(8);
      expect(findSpelling(text, secret), `${name} in ${place}`).toBeUndefined();
    }
  }
}

function findSpelling(text: string, secret: string): string | undefined {
  return spellings(secret).find((spelling) => text.includes(spelling));
}

describe('secrets', () => {
  it('never stand in queue, rows or logs, whatever the journey', { timeout: 180_000 }, async () => {
    const person = await createPerson();
    const caller = { session: await person.session(), requestId: createId('request') };
    const notary = { kind: 'template', template: 'evidence-notary', parameters: {} } as const;
    const { applicationId, operationId } = await createTestSubChain(caller, { cityNode: 'TYO', contractPackage: notary });
    expect((await finalOperation(operationId, finalMsMax)).state).toBe('SUCCEEDED');
    const subChain = await findSubChain(caller, applicationId);
    const endpoint = subChain?.endpoints[0]?.url ?? '';
    const header = await issueAccessKey(caller, applicationId, {});
    const url = await issueAccessKey(caller, applicationId, { kind: 'URL' });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] });
    const json = { 'content-type': 'application/json' };
    const calls = [
      { to: endpoint, headers: { ...json, authorization: `Bearer ${header.key}` }, status: 200 },
      { to: `${endpoint}/k/${url.key}`, headers: json, status: 200 },
      // What fails is logged most.
      { to: `${endpoint}/k/${url.key}/unknown`, headers: json, status: 404 },
      { to: endpoint, headers: { ...json, 'x-api-key': `${header.key.slice(0, -4)}AAAA` }, status: 401 },
    ];
    for (const { to, headers, status } of calls) expect((await fetch(to, { method: 'POST', headers, body })).status, to).toBe(status);
    for (const { accessKey } of [header, url]) await revokeAccessKey(caller, applicationId, accessKey.id);
    for (const { to, headers } of calls.slice(0, 2)) expect((await fetch(to, { method: 'POST', headers, body })).status).toBe(401);
    const deletion = await getDb().$transaction((tx) => beginDelete(tx, { applicationId, cause: 'expired', actor: { kind: 'SYSTEM' } }));
    await ringOperation(deletion.operationId);
    expect((await finalOperation(deletion.operationId, finalMsMax)).state).toBe('SUCCEEDED');

    const join = JSON.parse(await readFile(path.join(installation.hostDirectory, 'join.json'), 'utf8')) as { secret: string };
    const sent = [...new Set((await readFile(credentialsFile(), 'utf8')).trim().split('\n'))];
    expect(sent, 'the worker went through the public door with a key of its own').toHaveLength(1);
    const secrets = getSecrets();
    const seen = {
      'key-encryption key': secrets.keyEncryptionKey,
      'access-key pepper': secrets.accessKeyPepper,
      'session secret': secrets.authSecret,
      'control secret of the host': join.secret,
      'access key in headers': header.key.split('.')[1] ?? '',
      'access key in the address': url.key.split('.')[1] ?? '',
      'access key of the portal’s check': sent[0]?.split('.')[1] ?? '',
      'password': person.password,
      'token of the verification mail': await tokenFromMail(person.email, '/verify-email'),
      // How the private half of a P-256 key begins as PKCS#8 and SEC1.
      'peer key': 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg',
      'peer key, bare': 'MHcCAQEEI',
    };
    const places = await readPlaces();
    // The search is not blind: what may stand there is found.
    expect(findSpelling(places.rows, header.accessKey.id)).toBeDefined();
    expect(findSpelling(places.queue, operationId)).toBeDefined();
    expect(findSpelling(places['worker’s log'], operationId)).toBeDefined();
    expect(places['city node’s log']).toContain(installation.hostId);
    expectNowhere(places, seen);
  });

  it('of the paid way stand there neither: cards, passwords, tokens of mails', { timeout: 180_000 }, async () => {
    const [person, admin] = [await createPerson(), await createPerson()];
    await getDb().user.update({ where: { id: admin.userId }, data: { portalRole: 'ADMIN' } });
    const verification = await tokenFromMail(person.email, '/verify-email');
    await verifyEmail({ token: verification }, freshOrigin());
    await expect(verifyEmail({ token: verification.replace(/^.{4}/, 'AAAA') }, freshOrigin())).rejects.toThrow();
    await verifyEmail({ token: await tokenFromMail(admin.email, '/verify-email') }, freshOrigin());
    const chosen = freshPassword();
    await (await requestPasswordReset({ email: person.email }, freshOrigin())).mail;
    const reset = await tokenFromMail(person.email, '/reset-password');
    await resetPassword({ token: reset, password: chosen }, freshOrigin());
    await expect(signIn({ email: person.email, password: person.password }, freshOrigin())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

    const { sessionId } = await signIn({ email: person.email, password: chosen }, freshOrigin());
    const caller = await callerOf(sessionId);
    const adminCaller = await callerOf((await signIn({ email: admin.email, password: admin.password }, freshOrigin())).sessionId);
    let draft = await createDraft(caller);
    const steps = [
      { step: 'basics', data: { name: 'Bills of lading', description: 'Papers of the harbour.' } },
      { step: 'framework', data: { framework: 'ethereum', frameworkVersion: 'prague' } },
      { step: 'contract', data: { contractPackage: { kind: 'template', template: 'evidence-notary', parameters: {} } } },
      { step: 'city-nodes', data: { cityNodes: ['TYO'] } },
    ] as const;
    for (const step of steps) draft = await saveDraftStep(caller, { applicationId: draft.id, version: draft.version, ...step } as Parameters<typeof saveDraftStep>[1]);
    const applicationId = draft.id;
    await submitApplication(caller, { applicationId, version: draft.version });
    const cardOf = (number: string) => cardSchema.parse({ number, expiryMonth: 12, expiryYear: 2099, cvc: '739' });
    // What fails is logged most.
    await payApplication(caller, { applicationId, card: cardOf(testCards.declined) }).catch((error: unknown) => expect(error).toMatchObject({ name: 'AppError' }));
    await payApplication(caller, { applicationId, card: cardOf(testCards.succeeds) });
    const { operationId } = await approveApplication(adminCaller, applicationId);
    await ringOperation(operationId);
    expect((await finalOperation(operationId, finalMsMax)).state).toBe('SUCCEEDED');
    const places = await readPlaces();
    expect(findSpelling(places.rows, applicationId), 'the search is not blind').toBeDefined();
    expect(places.rows, 'what a receipt may show is kept').toContain(testCards.succeeds.slice(-4));
    expect(findSpelling(places['worker’s log'], operationId)).toBeDefined();
    expectNowhere(places, {
      'card number': testCards.succeeds,
      'card number as typed': testCards.succeeds.replace(/(\d{4})(?=\d)/g, '$1 '),
      'declined card number': testCards.declined,
      'token of the verification mail': verification,
      'token of the reset mail': reset,
      'first password': person.password,
      'password after the reset': chosen,
      'password of the admin': admin.password,
    });
    // Three digits are everywhere: the security code is looked for by its name, and by the columns that there are.
    for (const [place, text] of Object.entries(places)) expect(/\\?"(?:cvc|cvv|securityCode)\\?"\s*:/i.exec(text)?.[0], place).toBeUndefined();
    const columns = await getDb().$queryRaw<{ name: string }[]>`SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'public'`;
    expect(columns.map(({ name }) => name).filter((name) => /cvc|cvv|security|cardNumber/i.test(name))).toEqual([]);

    const deletion = await getDb().$transaction((tx) => beginDelete(tx, { applicationId, cause: 'asked', actor: { kind: 'SYSTEM' } }));
    await ringOperation(deletion.operationId);
    expect((await finalOperation(deletion.operationId, finalMsMax)).state).toBe('SUCCEEDED');
  });
});

async function callerOf(sessionId: string) {
  const session = await findSession(sessionId);
  if (!session) throw new Error('a session that was just made is live');
  return { session, requestId: createId('request') };
}
