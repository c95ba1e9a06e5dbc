import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callRoute, createPublisher, createTenant, type Tenant } from "@/app/api/_http/testing";
import { openCaWorld, refusalOf, type CaOrganisation, type CaWorld } from "@/app/api/v1/testing/fabric-ca-world";
import type { FabricAuthorityView, FabricIdentityPage, RegistrarSecretView } from "@/lib/fabric-ca";
import { getDb } from "@/lib/platform";
import { GET as getAuthority } from "@/app/api/fabric-authority/route";
import { POST as makeRegistrar } from "@/app/api/fabric-authority/registrar/route";
import { GET as listIdentities } from "@/app/api/fabric-authority/identities/route";
import { POST as revokeIdentity } from "@/app/api/fabric-authority/identities/[identityId]/revoke/route";

let world: CaWorld;
let acme: CaOrganisation;
beforeAll(async () => {
  world = await openCaWorld();
  acme = await world.open("Öl & Gas");
});
afterAll(() => world.close());

const make = (as: Tenant | undefined, idempotencyKey?: string) => callRoute(makeRegistrar, { method: "POST", path: "/api/fabric-authority/registrar", as, ...(idempotencyKey ? { idempotencyKey } : {}) });
const list = (as: Tenant | undefined, query = "") => callRoute(listIdentities, { path: `/api/fabric-authority/identities${query}`, as });
const revoke = (as: Tenant | undefined, identityId: string) => callRoute(revokeIdentity, { method: "POST", path: `/api/fabric-authority/identities/${identityId}/revoke`, params: { identityId }, as });
const pageOf = async (as: Tenant, query = "") => (await list(as, query)).body as FabricIdentityPage;

describe("200 and 201", () => {
  it("shows no authority before there is one, and the same one ever after", async () => {
    const tenant = await createTenant({ organisation: "Later Ltd" });
    expect((await callRoute(getAuthority, { as: tenant })).body).toEqual({ authority: null });
    const { authority } = (await make(tenant)).body as RegistrarSecretView;
    expect(authority).toMatchObject({ caName: expect.stringMatching(/^ca-later-ltd/), mspId: expect.stringMatching(/^LaterLtd.*MSP$/), identities: 1, hasRegistrar: true });
    await getDb().organisation.update({ where: { id: tenant.organisationId }, data: { name: "Renamed" } });
    expect((await callRoute(getAuthority, { as: tenant })).body).toEqual({ authority });
    expect(JSON.stringify(authority)).not.toMatch(/PRIVATE|argon/);
  });

  it("names an authority after its organisation, in letters that an MSP id has", () => {
    expect([acme.caName, acme.mspId]).toEqual([expect.stringMatching(/^ca-ol-gas/), expect.stringMatching(/^OlGas.*MSP$/)]);
  });

  it("makes the registrar's secret anew, which ends the former one and brings back what was lost", async () => {
    const before = await getDb().auditEvent.count({ where: { organisationId: acme.tenant.organisationId, action: "fabric-identity.make-registrar" } });
    await getDb().fabricIdentity.updateMany({ where: { enrollmentId: "admin", authority: { caName: acme.caName } }, data: { revokedAt: new Date(), attributes: [], failedAttempts: 10, maxEnrollments: 1, enrollments: 1 } });
    expect(((await callRoute(getAuthority, { as: acme.tenant })).body as { authority: FabricAuthorityView }).authority.hasRegistrar).toBe(false);
    const answer = await make(acme.tenant);
    expect(answer.status).toBe(201);
    const { secret } = answer.body as RegistrarSecretView;
    expect(await refusalOf(acme.enroll("admin", acme.registrarSecret))).toMatchObject({ code: 20 });
    const admin = await acme.user("admin", secret);
    await expect(acme.client.register({ enrollmentID: "after-all", affiliation: "" }, admin)).resolves.toEqual(expect.any(String));
    const events = await getDb().auditEvent.findMany({ where: { organisationId: acme.tenant.organisationId, action: "fabric-identity.make-registrar" } });
    expect(events).toHaveLength(before + 1);
    expect(JSON.stringify(events.map(({ details }) => details))).not.toContain(secret);
  });

  it("shows the secret once: a repetition of the same request is told that it was done", async () => {
    const first = await make(acme.tenant, "a-key-of-this-test");
    const again = await make(acme.tenant, "a-key-of-this-test");
    expect([first.status, again.status]).toEqual([201, 409]);
    expect(JSON.stringify(again.body)).not.toContain((first.body as RegistrarSecretView).secret);
  });

  it("lists identities by page and by a part of the name, with the certificates that hold", async () => {
    const other = await world.open();
    const admin = other.admin;
    for (let at = 0; at < 30; at++) await other.client.register({ enrollmentID: `user-${String(at).padStart(2, "0")}`, affiliation: "" }, admin);
    await other.client.register({ enrollmentID: "under_score", affiliation: "", role: "peer" }, admin);
    const first = await pageOf(other.tenant);
    expect([first.identities.length, first.next]).toEqual([25, "user-22"]);
    expect(first.identities[0]).toEqual({ id: expect.any(String), enrollmentId: "admin", type: "client", affiliation: "", createdAt: expect.any(String), revokedAt: null, certificates: 1 });
    const second = await pageOf(other.tenant, `?after=${first.next}`);
    expect([second.identities.length, second.next]).toEqual([7, null]);
    expect((await pageOf(other.tenant, "?search=USER-1")).identities).toHaveLength(10);
    // What means any letter to a database is itself here.
    expect((await pageOf(other.tenant, "?search=_")).identities.map(({ enrollmentId }) => enrollmentId)).toEqual(["under_score"]);
    expect((await pageOf(other.tenant, "?search=%25")).identities).toEqual([]);
  });

  it("revokes an identity with its certificates, on the owner's word, and a second time changes nothing", async () => {
    const other = await world.open();
    const { user, secret } = await other.member({ enrollmentID: "leaver", maxEnrollments: -1 });
    const [{ id = "" } = {}] = (await pageOf(other.tenant, "?search=leaver")).identities;
    const first = await revoke(other.tenant, id);
    expect([first.status, first.body]).toEqual([200, { identity: expect.objectContaining({ enrollmentId: "leaver", revokedAt: expect.any(String), certificates: 0 }) }]);
    expect((await revoke(other.tenant, id)).body).toEqual(first.body);
    expect(await refusalOf(other.enroll("leaver", secret))).toMatchObject({ code: 20 });
    expect(await refusalOf(other.client.reenroll(user, []))).toMatchObject({ code: 20 });
    const actions = (await getDb().auditEvent.findMany({ where: { organisationId: other.tenant.organisationId, actorUserId: other.tenant.userId }, orderBy: { id: "asc" } })).map(({ action }) => action);
    expect(actions.slice(-2)).toEqual(["fabric-identity.revoke", "fabric-certificate.revoke"]);
  });
});

describe("401", () => {
  it("is for whoever is not signed in", async () => {
    const calls = [callRoute(getAuthority, {}), make(undefined), list(undefined), revoke(undefined, "fid_x")];
    for (const { status } of await Promise.all(calls)) expect(status).toBe(401);
  });
});

describe("403", () => {
  it("is for members who may not manage the organisation; all of them see its authority", async () => {
    for (const role of ["DEVELOPER", "BILLING", "VIEWER"] as const) {
      const member = await createPublisher({ role });
      const statuses = [await callRoute(getAuthority, { as: member }), await make(member), await list(member), await revoke(member, "fid_x")].map(({ status }) => status);
      expect(statuses).toEqual([200, 403, 403, 403]);
    }
  });
});

describe("404", () => {
  it("is for what is not there: an authority that was not made, an identity, and another organisation's identity", async () => {
    const tenant = await createTenant();
    expect((await list(tenant)).status).toBe(404);
    expect((await revoke(acme.tenant, "fid_nobody")).status).toBe(404);
  });

  it("another tenant's identity is not there", async () => {
    const other = await world.open();
    const [{ id = "" } = {}] = (await pageOf(other.tenant)).identities;
    expect((await revoke(acme.tenant, id)).status).toBe(404);
    expect((await revoke(other.tenant, id)).status).toBe(200);
  });
});
