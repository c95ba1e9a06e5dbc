import { beforeEach, describe, expect, it } from 'vitest';
import { hashPassword } from '@/lib/identity';
import { createId, getDb } from '@/lib/platform';
import { createPrivateKey256, createRequest, signLowS } from '@/lib/x509';
import { answerCall, readMsp, type CaHttpAnswer } from './index';
import { limits } from './limits';
import { registrarAttributes } from './attributes';

const key = createPrivateKey256();
const origin = { requestId: 'req_races', ipAddress: '10.9.8.7', userAgent: '' };
let caName: string;
let authorityId: string;
let network = 0;

beforeEach(async () => {
  const organisationId = createId('organisation');
  await getDb().organisation.create({ data: { id: organisationId, name: `Races ${organisationId}` } });
  const { mspId } = await readMsp(organisationId);
  ({ caName, id: authorityId } = await getDb().fabricAuthority.findUniqueOrThrow({ where: { mspId } }));
  network += 1;
});

const identity = (enrollmentId: string, more: object = {}) => ({ id: createId('fabricIdentity'), authorityId, enrollmentId, secretHash: null, type: 'client', affiliation: '', attributes: [], maxEnrollments: -1, ...more });
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const resultOf = <T>({ body }: CaHttpAnswer) => (JSON.parse(body) as { result: T }).result;
const refusalOf = ({ body }: CaHttpAnswer) => (JSON.parse(body) as { errors: { code: number; message: string }[] }).errors[0];

function call(path: string, authorization: string, body: object): Promise<CaHttpAnswer> {
  return answerCall({ method: 'POST', uri: `/api/v1/${path}`, authorization, body: JSON.stringify({ ...body, caname: caName }), origin: { ...origin, ipAddress: `10.9.${network}.7` } });
}

async function enroll(id: string): Promise<{ status: number; certificate: string }> {
  const answer = await call('enroll', `Basic ${base64(`${id}:secret`)}`, { certificate_request: createRequest(key, id) });
  return { status: answer.status, certificate: Buffer.from(resultOf<{ Cert?: string }>(answer).Cert ?? '', 'base64').toString('utf8') };
}

function signed(certificate: string, path: string, body: object): Promise<CaHttpAnswer> {
  const message = ['POST', base64(`/api/v1/${path}`), base64(JSON.stringify({ ...body, caname: caName })), base64(certificate)].join('.');
  return call(path, `${base64(certificate)}.${Buffer.from(signLowS(Buffer.from(message), key)).toString('base64')}`, body);
}

describe('at the same moment', () => {
  it('enrolling, renewing and revoking leave nobody with a certificate that holds', async () => {
    const secretHash = await hashPassword('secret');
    await getDb().fabricIdentity.create({ data: identity('admin', { secretHash, attributes: registrarAttributes }) });
    const admin = (await enroll('admin')).certificate;
    for (let round = 0; round < 8; round++) {
      const id = `leaver-${round}`;
      await getDb().fabricIdentity.create({ data: identity(id, { secretHash }) });
      const { certificate } = await enroll(id);
      const request = { certificate_request: createRequest(key, id) };
      const started = performance.now();
      const answers = await Promise.all([enroll(id), signed(certificate, 'reenroll', request), signed(admin, 'revoke', { id }), signed(certificate, 'reenroll', request), enroll(id)]);
      expect([201, 200, 401]).toEqual(expect.arrayContaining([...new Set(answers.map(({ status }) => status))]));
      expect(answers[2]?.status).toBe(200);
      // Two that wait for each other are parted by the database after a second.
      expect(performance.now() - started).toBeLessThan(5_000);
      expect(await getDb().fabricCertificate.count({ where: { authorityId, enrollmentId: id, revokedAt: null } })).toBe(0);
    }
  });

  it('registering one name many times gives it once, and to one secret', async () => {
    await getDb().fabricIdentity.create({ data: identity('admin', { secretHash: await hashPassword('secret'), attributes: registrarAttributes }) });
    const admin = (await enroll('admin')).certificate;
    const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => signed(admin, 'register', { id: 'wanted', secret: `secret-${at}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });
});

describe('what an authority may hold', () => {
  it('is bounded: identities, affiliations and certificates are refused in words when it is full', async () => {
    await getDb().fabricIdentity.create({ data: identity('admin', { secretHash: await hashPassword('secret'), attributes: registrarAttributes }) });
    const admin = (await enroll('admin')).certificate;
    // By the database itself: tens of thousands of rows are too many to send.
    await getDb().$executeRaw`INSERT INTO "FabricAffiliation" ("authorityId", path) SELECT ${authorityId}, 'part' || at FROM generate_series(1, ${limits.affiliations}::int) AS at`;
    expect(refusalOf(await signed(admin, 'affiliations', { name: 'more' }))).toMatchObject({ code: 60, message: expect.stringContaining('at most 1000') });
    await getDb().$executeRaw`INSERT INTO "FabricIdentity" (id, "authorityId", "enrollmentId", type, affiliation, attributes, "maxEnrollments")
      SELECT ${authorityId} || at, ${authorityId}, 'many-' || at, 'client', '', '[]', -1 FROM generate_series(1, ${limits.identities - 1}::int) AS at`;
    expect(refusalOf(await signed(admin, 'register', { id: 'more' }))).toMatchObject({ code: 75, message: expect.stringContaining('10000 identities') });
    await getDb().$executeRaw`INSERT INTO "FabricCertificate" (id, "authorityId", serial, "enrollmentId", "publicKeyHash", certificate, "notBefore", "notAfter")
      SELECT ${authorityId} || at, ${authorityId}, '4' || lpad(to_hex(at), 39, '0'), 'many-1', '', '', now(), now() + interval '1 day' FROM generate_series(1, ${limits.certificates - 1}::int) AS at`;
    expect(refusalOf(await signed(admin, 'reenroll', { certificate_request: createRequest(key, 'admin') }))).toMatchObject({ code: 67, message: expect.stringContaining('20000 certificates') });
    const listed = await answerCall({ ...requestFor('certificates', admin), origin });
    expect(refusalOf(listed)).toMatchObject({ code: 67, message: expect.stringContaining('More than 5000 certificates') });
  });
});

function requestFor(path: string, certificate: string) {
  const uri = `/api/v1/${path}`;
  const message = ['GET', base64(uri), '', base64(certificate)].join('.');
  return { method: 'GET', uri, body: '', authorization: `${base64(certificate)}.${Buffer.from(signLowS(Buffer.from(message), key)).toString('base64')}` };
}
