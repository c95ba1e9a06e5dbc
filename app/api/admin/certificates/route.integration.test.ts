import { beforeAll, describe, expect, it } from "vitest";
import { callRoute, createAdmin, createTenant } from "@/app/api/_http/testing";
import { ensureAuthority, issueCertificate } from "@/lib/certificates";
import { createId, getDb } from "@/lib/platform";
import { createPrivateKey256, publicKeyOf } from "@/lib/x509";
import { POST } from "./[certificateId]/revoke/route";
import { GET } from "./route";

beforeAll(() => ensureAuthority());

const list = (subjectId: string, as?: { cookie: string }) => callRoute(GET, { path: `/api/admin/certificates?subjectId=${subjectId}`, as });
const revoke = (certificateId: string, body: unknown, as?: { cookie: string }) => callRoute(POST, { method: "POST", path: `/api/admin/certificates/${certificateId}/revoke`, params: { certificateId }, body, as });

async function givenCertificate() {
  const subjectId = createId("host");
  const { id } = await issueCertificate({ profile: "HOST", subjectId, key: { publicKey: publicKeyOf(createPrivateKey256()) }, addresses: { dnsNames: [], ipAddresses: [] } });
  return { id, subjectId };
}

describe("200", () => {
  it("lists a host's certificates and revokes one, with the admin's name in the audit log", async () => {
    const admin = await createAdmin();
    const { id, subjectId } = await givenCertificate();
    expect((await list(subjectId, admin)).body).toMatchObject({ certificates: [{ id, subjectId, revokedAt: null }] });
    const answer = await revoke(id, { reason: "KEY_COMPROMISE" }, admin);
    expect(answer).toMatchObject({ status: 200, body: { id, revocationReason: "KEY_COMPROMISE", revokedAt: expect.any(String) as string } });
    expect((await list(subjectId, admin)).body).toMatchObject({ certificates: [answer.body] });
    expect(await getDb().auditEvent.findFirst({ where: { action: "certificate.revoke", subjectId: id } })).toMatchObject({ actorKind: "USER", actorUserId: admin.userId, requestId: expect.any(String) as string });
  });

  it("gives no private key and no key of a host away", async () => {
    const { subjectId } = await givenCertificate();
    const { body } = await list(subjectId, await createAdmin());
    expect(Object.keys((body as { certificates: object[] }).certificates[0] ?? {}).toSorted()).toEqual(["id", "notAfter", "notBefore", "profile", "revocationReason", "revokedAt", "serial", "subjectId"]);
  });
});

describe("400", () => {
  it("refuses a reason that the product does not know", async () => {
    const { id } = await givenCertificate();
    expect(await revoke(id, { reason: "BOREDOM" }, await createAdmin())).toMatchObject({ status: 400, body: { fields: { reason: expect.any(String) as string } } });
  });
});

describe("401", () => {
  it("tells and does nothing for nobody", async () => {
    const { id, subjectId } = await givenCertificate();
    expect([(await list(subjectId)).status, (await revoke(id, { reason: "SUPERSEDED" })).status]).toEqual([401, 401]);
  });
});

describe("403", () => {
  it("tells and does nothing for anybody but the portal admin", async () => {
    const { id, subjectId } = await givenCertificate();
    const tenant = await createTenant();
    expect([(await list(subjectId, tenant)).status, (await revoke(id, { reason: "SUPERSEDED" }, tenant)).status]).toEqual([403, 403]);
    expect((await getDb().certificate.findUniqueOrThrow({ where: { id } })).revokedAt).toBeNull();
  });
});

describe("404", () => {
  it("knows no certificate that does not exist", async () => {
    expect((await revoke("crt_none", { reason: "SUPERSEDED" }, await createAdmin())).status).toBe(404);
  });
});

describe("409", () => {
  it("revokes nothing that has ended: nobody takes it any more", async () => {
    const { id } = await givenCertificate();
    await getDb().certificate.update({ where: { id }, data: { notAfter: new Date(Date.now() - 1_000) } });
    expect(await revoke(id, { reason: "SUPERSEDED" }, await createAdmin())).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
    expect((await getDb().certificate.findUniqueOrThrow({ where: { id } })).revokedAt).toBeNull();
  });
});
