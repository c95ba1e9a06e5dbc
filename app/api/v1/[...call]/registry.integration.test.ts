import type { User } from "fabric-common";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { akiOf, serialOf, subjectOf } from "@/app/api/v1/testing/certificate-facts";
import { authenticationFailure, authorizationFailure, openCaWorld, refusalOf, type CaOrganisation, type CaWorld } from "@/app/api/v1/testing/fabric-ca-world";
import { getDb } from "@/lib/platform";

let world: CaWorld;
let acme: CaOrganisation;
let identities: ReturnType<CaOrganisation["client"]["newIdentityService"]>;
let affiliations: ReturnType<CaOrganisation["client"]["newAffiliationService"]>;
beforeAll(async () => {
  world = await openCaWorld();
  acme = await world.open();
  identities = acme.client.newIdentityService();
  affiliations = acme.client.newAffiliationService();
});
afterAll(() => world.close());

let count = 0;
const someone = (name = "member") => `${name}-${++count}`;
/** The client's own types forget this argument. */
const remove = (id: string, registrar: User, force = false) => (identities.delete as (id: string, registrar: User, force: boolean) => Promise<{ result: unknown }>).call(identities, id, registrar, force);
const idsOf = (answer: { result: { identities: { id: string }[] } }) => answer.result.identities.map(({ id }) => id);
/** An identity that may manage others below its affiliation. */
const manager = (affiliation: string) =>
  acme.member({
    enrollmentID: someone("manager"),
    affiliation,
    attrs: [
      { name: "hf.Registrar.Roles", value: "client" },
      { name: "hf.Registrar.Attributes", value: "*" },
      { name: "hf.AffiliationMgr", value: "true" },
      { name: "hf.Revoker", value: "true" },
    ],
  });

describe("identities", () => {
  it("are added, read, changed and removed by the official client", async () => {
    await affiliations.create({ name: "lab.optics", force: true }, acme.admin);
    const id = someone();
    const secret = await identities.create({ enrollmentID: id, affiliation: "lab", type: "client", maxEnrollments: 3, attrs: [{ name: "level", value: "1", ecert: true }, { name: "old", value: "x" }] }, acme.admin);
    expect(secret).toMatch(/^[A-Za-z0-9]{24}$/);
    const own = (affiliation: string, type: string) => [
      { name: "hf.EnrollmentID", value: id, ecert: true },
      { name: "hf.Type", value: type, ecert: true },
      { name: "hf.Affiliation", value: affiliation, ecert: true },
    ];
    expect((await identities.getOne(id, acme.admin)).result).toEqual({
      id,
      type: "client",
      affiliation: "lab",
      max_enrollments: 3,
      caname: acme.caName,
      attrs: [{ name: "level", value: "1", ecert: true }, { name: "old", value: "x" }, ...own("lab", "client")],
    });
    const changed = await identities.update(id, { affiliation: "lab.optics", type: "peer", maxEnrollments: 7, attrs: [{ name: "level", value: "2", ecert: true }, { name: "old", value: "" }, { name: "new", value: "y" }] } as never, acme.admin);
    expect(changed.result).toMatchObject({ id, type: "peer", affiliation: "lab.optics", max_enrollments: 7 });
    const attrs = (changed.result as { attrs: unknown[] }).attrs;
    expect(attrs).toHaveLength(5);
    expect(attrs).toEqual(expect.arrayContaining([{ name: "level", value: "2", ecert: true }, { name: "new", value: "y" }, ...own("lab.optics", "peer")]));
    const { certificate } = await acme.enroll(id, secret);
    expect(subjectOf(certificate).join("\n")).toMatch(/OU=peer/);

    expect((await remove(id, acme.admin)).result).toMatchObject({ id, type: "peer" });
    expect(await refusalOf(identities.getOne(id, acme.admin))).toMatchObject({ code: 63 });
    expect(await refusalOf(acme.enroll(id, secret))).toEqual(authenticationFailure);
    expect(await getDb().fabricCertificate.findFirstOrThrow({ where: { serial: serialOf(certificate) } })).toMatchObject({ revocationReason: 5, revokedAt: expect.any(Date) });
  });

  it("list what the caller may manage: its affiliation and below, its types", async () => {
    await affiliations.create({ name: "yard.east", force: true }, acme.admin);
    await affiliations.create({ name: "yardx" }, acme.admin);
    const [inside, beside, peer] = [someone(), someone(), someone()];
    await acme.client.register({ enrollmentID: inside, affiliation: "yard.east" }, acme.admin);
    await acme.client.register({ enrollmentID: beside, affiliation: "yardx" }, acme.admin);
    await acme.client.register({ enrollmentID: peer, affiliation: "yard.east", role: "peer" }, acme.admin);
    const { user } = await manager("yard");
    expect(idsOf(await identities.getAll(user))).toEqual([user.getName(), inside].sort());
    expect(idsOf(await identities.getAll(acme.admin))).toEqual(expect.arrayContaining([inside, beside, peer, "admin"]));
    for (const id of [beside, peer, "admin"]) {
      expect(await refusalOf(identities.getOne(id, user))).toEqual(authorizationFailure);
      expect(await refusalOf(identities.update(id, { affiliation: "", enrollmentSecret: "taken over" } as never, user))).toEqual(authorizationFailure);
      expect(await refusalOf(remove(id, user))).toEqual(authorizationFailure);
    }
    expect(await refusalOf(identities.update(inside, { affiliation: "yardx" } as never, user))).toEqual(authorizationFailure);
    expect(await refusalOf(identities.update(inside, { type: "peer" } as never, user))).toEqual(authorizationFailure);
    expect(await refusalOf(identities.update(inside, { attrs: [{ name: "hf.GenCRL", value: "true" }] } as never, user))).toEqual(authorizationFailure);
    expect(await refusalOf(identities.update(inside, { affiliation: "none" } as never, acme.admin))).toMatchObject({ code: 58 });
    const { user: nobody } = await acme.member({ enrollmentID: someone() });
    expect(await refusalOf(identities.getAll(nobody))).toEqual(authorizationFailure);
    expect(await refusalOf(identities.getOne(nobody.getName(), nobody))).toEqual(authorizationFailure);
  });

  it.each(["O'Brien", "<b>", '{"a"}', "a^b|c`d", "x&y=z+1", "a~b!(c)*$@,;"])("with the name %s are found by the client, which writes addresses in its own way", async (id) => {
    await acme.client.register({ enrollmentID: id, affiliation: "" }, acme.admin);
    expect((await identities.getOne(id, acme.admin)).result).toMatchObject({ id });
    expect((await acme.certificates.getCertificates({ id }, acme.admin)).result.certs).toEqual([]);
    await remove(id, acme.admin);
  });

  it("remove themselves only when they say so twice", async () => {
    const { user } = await manager("yard");
    expect(await refusalOf(remove(user.getName(), user))).toMatchObject({ code: 56 });
    await remove(user.getName(), user, true);
    expect(await refusalOf(identities.getAll(user))).toEqual(authenticationFailure);
  });
});

describe("affiliations", () => {
  it("are added, read, renamed and removed by the official client", async () => {
    expect(await refusalOf(affiliations.create({ name: "dock.west" }, acme.admin))).toMatchObject({ code: 60, message: expect.stringContaining("'force' option required") });
    const created = await affiliations.create({ name: "dock.west.crane", force: true }, acme.admin);
    expect(created.result).toEqual({ name: "dock.west.crane", caname: acme.caName });
    expect(await refusalOf(affiliations.create({ name: "dock.west" }, acme.admin))).toEqual({ code: 60, message: "Affiliation already exists" });
    expect((await affiliations.getOne("dock", acme.admin)).result).toEqual({ name: "dock", affiliations: [{ name: "dock.west", affiliations: [{ name: "dock.west.crane" }] }], caname: acme.caName });
    expect(await refusalOf(affiliations.getOne("dock.north", acme.admin))).toMatchObject({ code: 63 });

    const { user, certificate } = await acme.member({ enrollmentID: someone(), affiliation: "dock.west.crane" });
    expect(await refusalOf(affiliations.update("dock.west", { name: "dock.south" }, acme.admin))).toMatchObject({ code: 64, message: expect.stringContaining(user.getName()) });
    const renamed = await affiliations.update("dock.west", { name: "dock.south", force: true }, acme.admin);
    expect(renamed.result).toMatchObject({ name: "dock.south", affiliations: [{ name: "dock.south.crane", identities: [{ id: user.getName(), affiliation: "dock.south.crane" }] }] });
    const moved = (await identities.getOne(user.getName(), acme.admin)).result as { affiliation: string; attrs: unknown[] };
    expect(moved.affiliation).toBe("dock.south.crane");
    expect(moved.attrs).toContainEqual({ name: "hf.Affiliation", value: "dock.south.crane", ecert: true });
    expect(await refusalOf(affiliations.update("dock.south", { name: "dock.south.inner", force: true }, acme.admin))).toMatchObject({ code: 64 });
    expect(await refusalOf(affiliations.update("dock.south", { name: "nowhere.south", force: true }, acme.admin))).toMatchObject({ code: 64 });
    expect(await refusalOf(affiliations.update("dock.none", { name: "dock.other" }, acme.admin))).toMatchObject({ code: 63 });

    expect(await refusalOf(affiliations.delete({ name: "dock" }, acme.admin))).toEqual(authorizationFailure);
    const removed = await affiliations.delete({ name: "dock", force: true }, acme.admin);
    expect(removed.result).toMatchObject({ name: "dock", affiliations: [{ name: "dock.south", affiliations: [{ name: "dock.south.crane", identities: [{ id: user.getName() }] }] }] });
    expect(await refusalOf(identities.getOne(user.getName(), acme.admin))).toMatchObject({ code: 63 });
    expect(await getDb().fabricCertificate.findFirstOrThrow({ where: { serial: serialOf(certificate) } })).toMatchObject({ revocationReason: 3 });
  });

  it("are listed and changed by their managers alone, no higher than their own", async () => {
    const fresh = await world.open();
    const service = fresh.client.newAffiliationService();
    expect(await refusalOf(service.getAll(fresh.admin))).toEqual({ code: 16, message: "No affiliations are configured on the CA" });
    await service.create({ name: "one.a", force: true }, fresh.admin);
    expect((await service.getAll(fresh.admin)).result).toEqual({ name: "one", affiliations: [{ name: "one.a" }], caname: fresh.caName });
    await service.create({ name: "two" }, fresh.admin);
    expect((await service.getAll(fresh.admin)).result).toEqual({ name: "", affiliations: [{ name: "one", affiliations: [{ name: "one.a" }] }, { name: "two" }], caname: fresh.caName });

    await affiliations.create({ name: "farm.field", force: true }, acme.admin);
    const { user } = await manager("farm.field");
    for (const refused of [
      () => affiliations.create({ name: "farm.barn" }, user),
      () => affiliations.getOne("farm", user),
      () => affiliations.update("farm", { name: "ranch" }, user),
      () => affiliations.update("farm.field", { name: "farm.barn" }, user),
      () => affiliations.delete({ name: "farm", force: true }, user),
      () => affiliations.delete({ name: "farm.field", force: true }, user),
    ]) {
      expect(await refusalOf(refused())).toEqual(authorizationFailure);
    }
    expect((await affiliations.create({ name: "farm.field.row" }, user)).result).toMatchObject({ name: "farm.field.row" });
    const { user: nobody } = await acme.member({ enrollmentID: someone() });
    expect(await refusalOf(affiliations.getAll(nobody))).toEqual(authorizationFailure);
  });
});

describe("certificates", () => {
  const ask = async (request: Record<string, unknown>, user = acme.admin) => (await acme.certificates.getCertificates(request, user)).result.certs.map(({ PEM }) => serialOf(PEM));

  it("are found by identity, numbers, revocation and end", async () => {
    const { certificate, user } = await acme.member({ enrollmentID: someone(), maxEnrollments: -1 });
    const second = await acme.client.reenroll(user, []);
    const id = user.getName();
    const both = [serialOf(certificate), serialOf(second.certificate)];
    await acme.client.revoke({ enrollmentID: "", serial: both[0] ?? "", aki: akiOf(certificate) }, acme.admin);
    expect(await ask({ id })).toEqual(both);
    expect(await ask({ id, notrevoked: true })).toEqual([both[1]]);
    expect(await ask({ id, notexpired: true })).toEqual(both);
    expect(await ask({ serial: both[1] })).toEqual([both[1]]);
    expect(await ask({ id, aki: akiOf(certificate).replaceAll(":", "") })).toEqual(both);
    expect(await ask({ id, aki: "ab" })).toEqual([]);
    expect(await ask({ id, revoked_start: "-1h", revoked_end: "+1h" })).toEqual([both[0]]);
    expect(await ask({ id, revoked_end: "-1d" })).toEqual([]);
    expect(await ask({ id, expired_start: "+30d" })).toEqual(both);
    expect(await ask({ id, expired_end: "2026-01-01" })).toEqual([]);
    expect(await ask({ id, expired_start: "2026-01-01T00:00:00Z", expired_end: "2099-01-01T00:00:00+01:00" })).toEqual(both);
    for (const request of [{ id, notrevoked: true, revoked_end: "+1d" }, { id, notexpired: true, expired_end: "+1d" }, { expired_end: "+1y" }, { revoked_start: "yesterday" }]) {
      expect(await refusalOf(ask(request))).toMatchObject({ code: 67 });
    }
  });

  it("are shown to registrars and revokers, of their own affiliation and below", async () => {
    await affiliations.create({ name: "mill.wheel", force: true }, acme.admin);
    const { user } = await manager("mill");
    const { certificate } = await acme.member({ enrollmentID: someone(), affiliation: "mill.wheel" });
    const seen = await ask({}, user);
    expect(seen).toHaveLength(2);
    expect(seen).toContain(serialOf(certificate));
    expect(await ask({ id: "admin" }, user)).toEqual([]);
    const { user: nobody } = await acme.member({ enrollmentID: someone() });
    expect(await refusalOf(ask({}, nobody))).toEqual(authorizationFailure);
  });
});
