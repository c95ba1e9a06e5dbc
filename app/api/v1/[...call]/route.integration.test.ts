import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "@/app/api/v1/[...call]/route";
import { akiOf, attributesOf, listedSerials, requestOf, serialOf, subjectOf } from "@/app/api/v1/testing/certificate-facts";
import { authenticationFailure, authorizationFailure, openCaWorld, refusalOf, toUser, type CaOrganisation, type CaWorld } from "@/app/api/v1/testing/fabric-ca-world";
import { getDb } from "@/lib/platform";
import { openssl } from "@/lib/x509/testing";

let world: CaWorld;
let acme: CaOrganisation;
beforeAll(async () => {
  world = await openCaWorld();
  acme = await world.open();
});
afterAll(() => world.close());

let count = 0;
const someone = (name = "member") => `${name}-${++count}`;

describe("cainfo", () => {
  it("tells name, root and version to the official client", async () => {
    const info = await acme.client.getCaInfo(acme.admin);
    expect(info).toEqual({ caName: acme.caName, caChain: acme.root, issuerPublicKey: "", issuerRevocationPublicKey: "", version: "1.5.0-chainworks" });
    expect(new X509Certificate(acme.root).ca).toBe(true);
  });

  it("answers everybody, by query and by body, and says which CA is not there", async () => {
    const answer = await fetch(`${world.url}/api/v1/cainfo?ca=${acme.caName}`);
    expect([answer.status, ((await answer.json()) as { result: { CAName: string } }).result.CAName]).toEqual([200, acme.caName]);
    const absent = await fetch(`${world.url}/api/v1/cainfo`, { method: "POST", body: JSON.stringify({ caname: "ca-nobody" }) });
    expect([absent.status, await absent.json()]).toEqual([404, { result: "", errors: [{ code: 19, message: "CA 'ca-nobody' does not exist" }], messages: [], success: false }]);
  });
});

describe("enroll", () => {
  it("gives a certificate of the organisation's root with type, affiliation and the attributes that Fabric CA adds", async () => {
    await acme.client.newAffiliationService().create({ name: "sales.north", force: true }, acme.admin);
    const { certificate } = await acme.member({ enrollmentID: someone(), affiliation: "sales.north", attrs: [{ name: "role", value: "buyer", ecert: true }, { name: "hidden", value: "x" }] });
    const id = `member-${count}`;
    expect(subjectOf(certificate)).toEqual(expect.arrayContaining([`CN=${id}`]));
    expect(openssl(["x509", "-in", "c.pem", "-noout", "-subject", "-nameopt", "RFC2253"], { "c.pem": certificate }).output).toContain(`CN=${id},OU=client+OU=sales+OU=north`);
    expect(attributesOf(certificate)).toEqual({ role: "buyer", "hf.EnrollmentID": id, "hf.Type": "client", "hf.Affiliation": "sales.north" });
    const { output } = openssl(["verify", "-CAfile", "root.pem", "c.pem"], { "root.pem": acme.root, "c.pem": certificate });
    expect(output).toContain("OK");
  });

  it("gives those attributes that are asked for, and refuses when a required one is missing", async () => {
    const id = someone();
    const secret = await acme.client.register({ enrollmentID: id, affiliation: "", maxEnrollments: -1, attrs: [{ name: "a", value: "1", ecert: true }, { name: "b", value: "2" }] }, acme.admin);
    const { certificate } = await acme.enroll(id, secret, { attr_reqs: [{ name: "b", optional: false }, { name: "none", optional: true }] });
    expect(attributesOf(certificate)).toEqual({ b: "2" });
    expect(await refusalOf(acme.enroll(id, secret, { attr_reqs: [{ name: "none", optional: false }] }))).toEqual({ code: 81, message: "Failed to find requested attributes: The following required attributes are missing: [none]" });
  });

  it("makes certificates for TLS by the profile, with the hosts of the request, and knows no further profile", async () => {
    const { secret } = await acme.member({ enrollmentID: someone(), maxEnrollments: -1 });
    const id = `member-${count}`;
    const { certificate } = await acme.enroll(id, secret, { profile: "tls", csr: requestOf(id, { hosts: "DNS:Peer0.example.com,IP:10.0.0.7" }) });
    const { output } = openssl(["x509", "-in", "c.pem", "-noout", "-ext", "subjectAltName,extendedKeyUsage,keyUsage"], { "c.pem": certificate });
    expect(output).toMatch(/DNS:peer0\.example\.com, IP Address:10\.0\.0\.7/);
    expect(output).toMatch(/TLS Web Server Authentication, TLS Web Client Authentication/);
    expect((await refusalOf(acme.enroll(id, secret, { profile: "ca" }))).code).toBe(31);
  });

  it("answers an unknown identity and a wrong secret alike, and stops after ten wrong ones until there is a new secret", async () => {
    const { secret } = await acme.member({ enrollmentID: someone(), maxEnrollments: -1 });
    const id = `member-${count}`;
    expect(await refusalOf(acme.enroll("nobody", "secret"))).toEqual(authenticationFailure);
    for (let wrong = 0; wrong < 10; wrong++) expect(await refusalOf(acme.enroll(id, "wrong"))).toEqual(authenticationFailure);
    expect(await refusalOf(acme.enroll(id, secret))).toEqual({ code: 73, message: "Incorrect password entered 10 times, max incorrect password limit of 10 reached" });
    await acme.client.newIdentityService().update(id, { affiliation: "", enrollmentSecret: "another" } as never, acme.admin);
    expect(subjectOf((await acme.enroll(id, "another")).certificate)).toContain(`CN=${id}`);
    expect(await refusalOf(acme.enroll(id, secret))).toEqual(authenticationFailure);
  });

  it("forgets wrong secrets after a right one", async () => {
    const { secret } = await acme.member({ enrollmentID: someone(), maxEnrollments: -1 });
    const id = `member-${count}`;
    for (let round = 0; round < 2; round++) {
      for (let wrong = 0; wrong < 6; wrong++) await refusalOf(acme.enroll(id, "wrong"));
      await acme.enroll(id, secret);
    }
  });

  it("lets an identity enroll only as often as it was registered for, also at the same moment", async () => {
    const id = someone();
    const secret = await acme.client.register({ enrollmentID: id, affiliation: "", maxEnrollments: 2 }, acme.admin);
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => acme.enroll(id, secret)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
    expect(await refusalOf(acme.enroll(id, secret))).toEqual(authenticationFailure);
    expect(await getDb().fabricCertificate.count({ where: { enrollmentId: id } })).toBe(2);
  });
});

describe("reenroll", () => {
  it("gives another certificate, on the word of the one that there is, as often as wanted", async () => {
    const { user, certificate } = await acme.member({ enrollmentID: someone(), maxEnrollments: 1, affiliation: "sales.north" });
    const again = await acme.client.reenroll(user, []);
    expect(subjectOf(again.certificate)).toEqual(subjectOf(certificate));
    expect(serialOf(again.certificate)).not.toBe(serialOf(certificate));
    const third = await acme.client.reenroll(await toUser(user.getName(), again, acme.mspId), []);
    expect(third.rootCertificate).toBe(acme.root);
  });

  it("refuses a certificate that was revoked", async () => {
    const { user, certificate } = await acme.member({ enrollmentID: someone() });
    await acme.client.revoke({ enrollmentID: "", serial: serialOf(certificate), aki: akiOf(certificate) }, acme.admin);
    expect(await refusalOf(acme.client.reenroll(user, []))).toEqual(authenticationFailure);
  });
});

describe("register", () => {
  it("makes a secret where none is given, takes the registrar's type, and refuses a name twice", async () => {
    const id = someone();
    const secret = await acme.client.register({ enrollmentID: id, affiliation: "" }, acme.admin);
    expect(secret).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(await acme.client.register({ enrollmentID: someone(), enrollmentSecret: "mine", role: "peer", affiliation: "" }, acme.admin)).toBe("mine");
    expect(await refusalOf(acme.client.register({ enrollmentID: id, affiliation: "" }, acme.admin))).toEqual({ code: 74, message: `Identity '${id}' is already registered` });
    const { secretHash, type } = await getDb().fabricIdentity.findFirstOrThrow({ where: { enrollmentId: id } });
    expect([secretHash?.slice(0, 10), type]).toEqual(["$argon2id$", "client"]);
  });

  it("lets a registrar give no more than it has: types, affiliations, attributes", async () => {
    const { user: registrar } = await acme.member({
      enrollmentID: someone("registrar"),
      affiliation: "sales.north",
      attrs: [
        { name: "hf.Registrar.Roles", value: "client,peer" },
        { name: "hf.Registrar.DelegateRoles", value: "client" },
        { name: "hf.Registrar.Attributes", value: "app.*,hf.Registrar.Roles,hf.Registrar.DelegateRoles,hf.Registrar.Attributes,hf.Revoker" },
        { name: "hf.Revoker", value: "false" },
      ],
    });
    await acme.client.newAffiliationService().create({ name: "sales.south" }, acme.admin);
    const register = (more: Record<string, unknown>) => acme.client.register({ enrollmentID: someone(), affiliation: "", ...more }, registrar);
    const withAttribute = (name: string, value: string) => register({ attrs: [{ name, value }] });

    await expect(register({ role: "peer" })).resolves.toEqual(expect.any(String));
    await expect(register({ attrs: [{ name: "app.colour", value: "blue" }] })).resolves.toEqual(expect.any(String));
    await expect(register({ attrs: [{ name: "hf.Registrar.Roles", value: "peer" }, { name: "hf.Registrar.DelegateRoles", value: "" }, { name: "hf.Registrar.Attributes", value: "app.shape" }] })).resolves.toEqual(expect.any(String));
    const inherited = await getDb().fabricIdentity.findFirstOrThrow({ where: { enrollmentId: `member-${count}` } });
    expect(inherited.affiliation).toBe("sales.north");

    for (const refused of [
      () => register({ role: "orderer" }),
      () => register({ affiliation: "sales" }),
      () => register({ affiliation: "sales.south" }),
      () => register({ affiliation: "sales.north.none" }),
      () => register({ affiliation: "." }),
      () => withAttribute("colour", "blue"),
      () => withAttribute("hf.Registrar.Roles", "client,orderer"),
      () => withAttribute("hf.Registrar.Roles", "*"),
      () => register({ attrs: [{ name: "hf.Registrar.Roles", value: "client" }, { name: "hf.Registrar.DelegateRoles", value: "peer" }] }),
      () => withAttribute("hf.Registrar.Attributes", "*"),
      () => withAttribute("hf.Registrar.Attributes", "hf.Revoker"),
      () => withAttribute("hf.Revoker", "true"),
      () => withAttribute("hf.GenCRL", "true"),
      () => withAttribute("hf.Invented", "true"),
      () => acme.client.register({ enrollmentID: someone(), affiliation: "", attrs: [{ name: "hf.IntermediateCA", value: "true" }] }, acme.admin),
      () => acme.client.register({ enrollmentID: someone(), affiliation: "", attrs: [{ name: "hf.Type", value: "admin" }] }, acme.admin),
      () => acme.client.register({ enrollmentID: someone(), affiliation: "", attrs: [{ name: "hf.GenCRL", value: "maybe" }] }, acme.admin),
    ]) {
      expect(await refusalOf(refused())).toEqual(authorizationFailure);
    }
  });

  it("is for registrars alone, and keeps its rules about enrollments", async () => {
    const { user } = await acme.member({ enrollmentID: someone() });
    expect(await refusalOf(acme.client.register({ enrollmentID: someone(), affiliation: "" }, user))).toEqual(authorizationFailure);
    expect(await refusalOf(acme.client.register({ enrollmentID: someone(), affiliation: "", maxEnrollments: -2 }, acme.admin))).toEqual({ code: 82, message: "Max enrollment in registration request may not be less than -1, but was -2" });
  });
});

describe("revoke and gencrl", () => {
  it("revokes one certificate by its numbers, in whatever way they are written, and once", async () => {
    const { certificate, user } = await acme.member({ enrollmentID: someone() });
    const [serial, aki] = [`00${serialOf(certificate).toUpperCase()}`, akiOf(certificate)];
    expect(await refusalOf(acme.client.revoke({ enrollmentID: "somebody", serial, aki }, acme.admin))).toMatchObject({ code: 9 });
    const answer = (await acme.client.revoke({ enrollmentID: "", serial, aki, reason: "keycompromise", gencrl: true } as never, acme.admin)) as { result: { RevokedCerts: { Serial: string; AKI: string }[]; CRL: string } };
    expect(answer.result.RevokedCerts).toEqual([{ Serial: serialOf(certificate), AKI: aki.replaceAll(":", "").toLowerCase().replace(/^0+/, "") }]);
    expect(listedSerials(answer.result.CRL)).toContain(serialOf(certificate));
    expect(await refusalOf(acme.client.revoke({ enrollmentID: "", serial, aki }, acme.admin))).toMatchObject({ code: 66 });
    expect(await refusalOf(acme.client.revoke({ enrollmentID: "", serial: "ab12", aki }, acme.admin))).toMatchObject({ code: 8 });
    expect(await refusalOf(acme.client.getCaInfo(user).then(() => acme.client.newAffiliationService().getAll(user)))).toEqual(authenticationFailure);
    const row = await getDb().fabricCertificate.findFirstOrThrow({ where: { serial: serialOf(certificate) } });
    expect(row.revocationReason).toBe(1);
  });

  it("revokes an identity with all that it has: it enrolls and calls no more", async () => {
    const { user, secret } = await acme.member({ enrollmentID: someone(), maxEnrollments: -1 });
    const id = `member-${count}`;
    await acme.enroll(id, secret);
    const answer = (await acme.client.revoke({ enrollmentID: id, reason: "superseded" }, acme.admin)) as { result: { RevokedCerts: unknown[]; CRL: string } };
    expect([answer.result.RevokedCerts.length, answer.result.CRL]).toEqual([2, ""]);
    expect(await refusalOf(acme.enroll(id, secret))).toEqual(authenticationFailure);
    expect(await refusalOf(acme.client.reenroll(user, []))).toEqual(authenticationFailure);
    expect(await refusalOf(acme.client.revoke({ enrollmentID: "nobody" }, acme.admin))).toEqual({ code: 10, message: "Identity nobody was not found" });
  });

  it("lets everybody revoke what is their own, and others only with hf.Revoker and within affiliation and type", async () => {
    const { user, certificate } = await acme.member({ enrollmentID: someone() });
    const { user: other } = await acme.member({ enrollmentID: someone() });
    expect(await refusalOf(acme.client.revoke({ enrollmentID: user.getName() }, other))).toEqual(authorizationFailure);
    const { user: revoker } = await acme.member({
      enrollmentID: someone(),
      affiliation: "sales.north",
      attrs: [{ name: "hf.Revoker", value: "true" }, { name: "hf.Registrar.Roles", value: "client" }],
    });
    expect(await refusalOf(acme.client.revoke({ enrollmentID: user.getName() }, revoker))).toEqual(authorizationFailure);
    expect(await refusalOf(acme.client.revoke({ enrollmentID: "", serial: serialOf(certificate), aki: akiOf(certificate) }, revoker))).toEqual(authorizationFailure);
    await acme.client.revoke({ enrollmentID: user.getName() }, user);
  });

  it("lists what was revoked in a period, and says which periods are none", async () => {
    const before = new Date(Date.now() - 1);
    const { certificate } = await acme.member({ enrollmentID: someone() });
    await acme.client.revoke({ enrollmentID: `member-${count}` }, acme.admin);
    const after = new Date(Date.now() + 1);
    const list = async (period: Parameters<typeof acme.client.generateCRL>[0]) => listedSerials((await acme.client.generateCRL(period, acme.admin)) as string);
    expect(await list({})).toContain(serialOf(certificate));
    expect(await list({ revokedAfter: before, revokedBefore: after })).toEqual([serialOf(certificate)]);
    expect(await list({ revokedBefore: before })).not.toContain(serialOf(certificate));
    expect(await list({ expireBefore: after })).toEqual([]);
    expect(await list({ expireAfter: after })).toContain(serialOf(certificate));
    expect(await refusalOf(acme.client.generateCRL({ revokedAfter: after, revokedBefore: before }, acme.admin))).toMatchObject({ code: 36 });
    expect(await refusalOf(acme.client.generateCRL({ expireAfter: after, expireBefore: before }, acme.admin))).toMatchObject({ code: 37 });
    const { user } = await acme.member({ enrollmentID: someone() });
    expect(await refusalOf(acme.client.generateCRL({}, user))).toEqual(authorizationFailure);
  });

  it("signs lists that OpenSSL verifies under the organisation's root", async () => {
    const crl = (await acme.client.generateCRL({}, acme.admin)) as string;
    const { output } = openssl(["crl", "-in", "l.pem", "-CAfile", "root.pem", "-noout"], { "l.pem": Buffer.from(crl, "base64"), "root.pem": acme.root });
    expect(output).toContain("verify OK");
  });
});

describe("another organisation", () => {
  it("another organisation's registrar, secret and certificates are strangers here", async () => {
    const other = await world.open();
    const { user, secret } = await acme.member({ enrollmentID: "shared-name", maxEnrollments: -1 });
    await other.client.register({ enrollmentID: "shared-name", affiliation: "" }, other.admin);
    // Its client, told to speak to the first one's authority.
    for (const call of [
      () => acme.client.register({ enrollmentID: "intruder", affiliation: "" }, other.admin),
      () => acme.client.revoke({ enrollmentID: "shared-name" }, other.admin),
      () => acme.client.generateCRL({}, other.admin),
      () => acme.client.reenroll(other.admin, []),
      () => acme.client.newIdentityService().getAll(other.admin),
      () => acme.client.newIdentityService().getOne("shared-name", other.admin),
      () => acme.client.newIdentityService().update("shared-name", { affiliation: "", enrollmentSecret: "taken" } as never, other.admin),
      () => acme.client.newAffiliationService().create({ name: "intruder" }, other.admin),
      () => acme.certificates.getCertificates({ ca: acme.caName }, other.admin),
      () => acme.enroll("admin", other.registrarSecret),
      () => other.enroll("shared-name", secret),
    ]) {
      expect(await refusalOf(call())).toEqual(authenticationFailure);
    }
    // Where a call names no authority it is the caller's own: the same name there, not here.
    await (other.client.newIdentityService().delete("shared-name", other.admin) as Promise<unknown>);
    expect((await acme.client.newIdentityService().getOne("shared-name", acme.admin)).result).toMatchObject({ id: "shared-name", caname: acme.caName });
    const all = (await other.certificates.getCertificates({}, other.admin)).result.certs.map(({ PEM }) => PEM);
    expect(all).toHaveLength(1);
    const [, ...serials] = ["", ...(await getDb().fabricCertificate.findMany({ where: { enrollmentId: "shared-name" } })).map(({ serial }) => serial)];
    const row = await getDb().fabricAuthority.findUniqueOrThrow({ where: { caName: acme.caName } });
    expect(await refusalOf(other.client.revoke({ enrollmentID: "", serial: serials[0] ?? "", aki: row.keyIdentifier }, other.admin))).toMatchObject({ code: 8 });
    expect((await acme.client.reenroll(user, [])).certificate).toMatch(/BEGIN CERTIFICATE/);
    expect(other.root).not.toBe(acme.root);
    expect([other.caName, other.mspId]).not.toEqual([acme.caName, acme.mspId]);
  });
});
