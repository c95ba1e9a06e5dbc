import { createPublicKey, sign, verify } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, enrollBare, send, tokenOf, type BareCaller } from "@/app/api/v1/testing/bare-caller";
import { requestOf, subjectOf } from "@/app/api/v1/testing/certificate-facts";
import { authenticationFailure, authorizationFailure, openCaWorld, refusalOf, type CaOrganisation, type CaWorld } from "@/app/api/v1/testing/fabric-ca-world";
import { getDb } from "@/lib/platform";
import { createPrivateKey256, createRequest, createSerial, encodePem, publicKeyOf, signCertificate } from "@/lib/x509";

let world: CaWorld;
let acme: CaOrganisation;
let admin: BareCaller;
beforeAll(async () => {
  world = await openCaWorld();
  acme = await world.open();
  admin = await enrollBare(world.url, { caName: acme.caName, id: "admin", secret: acme.registrarSecret });
});
afterAll(() => world.close());

const uri = "/api/v1/register";
const first = ({ body }: Awaited<ReturnType<typeof send>>) => body.errors[0];
let count = 0;
const registration = () => JSON.stringify({ id: `hostile-${++count}`, affiliation: "", caname: acme.caName });
const register = (body: string, authorization?: string) => send(world.url, { path: uri, body, authorization });
const enroll = (body: unknown, { id = "admin", secret = acme.registrarSecret } = {}) =>
  send(world.url, { path: "/api/v1/enroll", body: JSON.stringify({ caname: acme.caName, ...(body as object) }), authorization: basic(id, secret) });

describe("a token", () => {
  it("holds for its own request, and for no other method, address, body or certificate", async () => {
    const body = registration();
    const token = tokenOf(admin, { method: "POST", uri, body });
    expect((await register(body, token)).status).toBe(201);
    const other = await enrollBare(world.url, { caName: acme.caName, id: "admin", secret: acme.registrarSecret });
    const [, signature = ""] = token.split(".");
    for (const { path, method = "POST", content, authorization = token } of [
      { path: uri, content: registration() },
      { path: "/api/v1/identities", content: body },
      { path: `${uri}?ca=${acme.caName}`, content: body },
      { path: uri, content: `${body} ` },
      { path: uri, content: body, authorization: `${Buffer.from(other.certificate).toString("base64")}.${signature}` },
    ] as { path: string; method?: string; content: string; authorization?: string }[]) {
      const answer = await send(world.url, { path, method, body: content, authorization });
      expect([answer.status, first(answer)]).toEqual([401, authenticationFailure]);
    }
    const read = tokenOf(admin, { method: "GET", uri: "/api/v1/identities/hostile-1" });
    expect((await send(world.url, { path: "/api/v1/identities/hostile-1", method: "GET", authorization: read })).status).toBe(200);
    expect((await send(world.url, { path: "/api/v1/identities/hostile-1", method: "DELETE", authorization: read })).status).toBe(401);
  });

  it("of Fabric CA 1.3, without method and address, is refused", async () => {
    const body = registration();
    const certificate = Buffer.from(admin.certificate).toString("base64");
    const old = sign("sha256", Buffer.from(`${Buffer.from(body).toString("base64")}.${certificate}`), admin.key).toString("base64");
    expect((await register(body, `${certificate}.${old}`)).status).toBe(401);
  });

  it("has one signature: the twin with the other S, and bytes behind it, are refused", async () => {
    const body = registration();
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const twin = (message: Buffer) => {
      const raw = sign("sha256", message, { key: admin.key, dsaEncoding: "ieee-p1363" });
      const s = BigInt(`0x${raw.subarray(32).toString("hex")}`);
      const high = s > order / 2n ? s : order - s;
      const bytes = [raw.subarray(0, 32), Buffer.from(high.toString(16).padStart(64, "0"), "hex")].map((one) => {
        const trimmed = one.subarray(one.findIndex((byte) => byte !== 0));
        const content = (trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), trimmed]) : trimmed;
        return Buffer.concat([Buffer.of(0x02, content.length), content]);
      });
      const der = Buffer.concat([Buffer.of(0x30, bytes[0]!.length + bytes[1]!.length), ...bytes]);
      expect(verify("sha256", message, createPublicKey(admin.key), der)).toBe(true);
      return der;
    };
    expect((await register(body, tokenOf(admin, { method: "POST", uri, body, sign: twin }))).status).toBe(401);
    expect((await register(body, `${tokenOf(admin, { method: "POST", uri, body })}AA==`)).status).toBe(401);
  });

  it("in no form at all is refused, and one that is missing is told so", async () => {
    const body = registration();
    expect(first(await register(body))).toEqual({ code: 2, message: "No authorization header" });
    const token = tokenOf(admin, { method: "POST", uri, body });
    for (const wrong of ["", ".", "..", "x", "x.y", `Bearer ${token}`, `${token}.${token}`, token.slice(0, -8), token.replace(".", ".."), `${"A".repeat(12_000)}.AAAA`, basic("admin", acme.registrarSecret)]) {
      const answer = await register(body, wrong);
      expect(answer.status, wrong.slice(0, 40)).toBe(401);
    }
  });

  it("of a certificate that this authority did not issue, or has no row of, is refused", async () => {
    const body = registration();
    const token = (caller: BareCaller) => tokenOf(caller, { method: "POST", uri, body });
    const root = await getDb().fabricAuthority.findUniqueOrThrow({ where: { caName: acme.caName } });
    const key = createPrivateKey256();
    const times = { notBeforeMs: Date.now() - 60_000, notAfterMs: Date.now() + 3_600_000 };
    const forged = signCertificate({
      profile: { kind: "member", use: "signing", dnsNames: [], ipAddresses: [] },
      subject: { commonName: "admin", units: ["client"] },
      publicKey: publicKeyOf(createPublicKey(key)),
      issuer: { certificate: new Uint8Array(root.certificate), privateKey: key },
      serial: createSerial(),
      ...times,
    });
    expect((await register(body, token({ key, certificate: encodePem("CERTIFICATE", forged) }))).status).toBe(401);
    const selfSigned = signCertificate({ profile: { kind: "root" }, subject: "admin", publicKey: publicKeyOf(createPublicKey(key)), issuer: { privateKey: key }, serial: createSerial(), ...times });
    expect((await register(body, token({ key, certificate: encodePem("CERTIFICATE", selfSigned) }))).status).toBe(401);
    const lost = await enrollBare(world.url, { caName: acme.caName, id: "admin", secret: acme.registrarSecret });
    await getDb().fabricCertificate.deleteMany({ where: { authorityId: root.id, certificate: Buffer.from(lost.certificate.replace(/-----.*?-----|\n/g, ""), "base64") } });
    expect((await register(body, token(lost))).status).toBe(401);
  });

  it("of a certificate with as many attributes as one may carry still fits into the head of a request", async () => {
    const attrs = Array.from({ length: 6 }, (_, at) => ({ name: `long${at}`, value: "x".repeat(960), ecert: true }));
    const { user } = await acme.member({ enrollmentID: "laden", maxEnrollments: -1, attrs });
    expect((await acme.client.reenroll(user, [])).certificate).toMatch(/BEGIN CERTIFICATE/);
    const more = [...attrs, { name: "more", value: "x".repeat(960), ecert: true }];
    expect(await refusalOf(acme.member({ enrollmentID: "overladen", attrs: more }))).toMatchObject({ code: 81 });
  });

  it("ends with its certificate", async () => {
    const { answerCall } = await import("@/lib/fabric-ca");
    const body = registration();
    const request = { method: "POST", uri, body, authorization: tokenOf(admin, { method: "POST", uri, body }), origin: { requestId: "req_test", ipAddress: "10.1.2.3", userAgent: "" } };
    expect((await answerCall(request, { nowMs: Date.now() + 366 * 86_400_000 })).status).toBe(401);
    expect((await answerCall(request, { nowMs: Date.now() - 3_600_000 })).status).toBe(401);
    expect((await answerCall(request)).status).toBe(201);
  });
});

describe("a request for a certificate", () => {
  it("must prove its key, be of P-256 and SHA-256, and be for its own name", async () => {
    const stolen = createRequest(createPrivateKey256(), "admin");
    const der = Buffer.from(stolen.replace(/-----.*?-----|\n/g, ""), "base64");
    const other = publicKeyOf(createPublicKey(createPrivateKey256()));
    const at = der.indexOf(Buffer.from([0x03, 0x42, 0x00, 0x04]));
    der.set(other.subarray(other.length - 64), at + 4);
    for (const pem of [
      encodePem("CERTIFICATE REQUEST", der),
      requestOf("admin", { key: "rsa:2048" }),
      requestOf("admin", { key: "ec -pkeyopt ec_paramgen_curve:secp384r1" }),
      requestOf("admin", { key: "ec -pkeyopt ec_paramgen_curve:secp256k1" }),
      requestOf("admin", { digest: "sha1" }),
      "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
      "no PEM",
      admin.certificate,
      stolen + stolen,
    ]) {
      const answer = await enroll({ certificate_request: pem });
      expect([answer.status, first(answer)?.code], pem.slice(0, 200)).toEqual([400, 31]);
    }
    const named = await enroll({ certificate_request: createRequest(createPrivateKey256(), "somebody") });
    expect([named.status, first(named)]).toEqual([403, { code: 77, message: "The CSR subject common name must equal the enrollment ID" }]);
    const wished = await enroll({ certificate_request: createRequest(createPrivateKey256(), "admin"), subject: { CN: "somebody" } });
    expect(first(wished)?.code).toBe(77);
  });

  it("gets no authority's certificate, and none of its own wishes beside name and hosts", async () => {
    const authority = await enroll({ certificate_request: requestOf("admin", { extension: "basicConstraints=critical,CA:TRUE" }) });
    expect([authority.status, first(authority)]).toEqual([403, authorizationFailure]);
    const answer = await enroll({ certificate_request: requestOf("admin", { extension: "extendedKeyUsage=codeSigning" }), subject: { names: [{ OU: "admin", O: "Others" }] }, not_after: "2099-01-01T00:00:00Z", serial: "1" });
    const pem = Buffer.from((answer.body.result as { Cert: string }).Cert, "base64").toString("utf8");
    expect(subjectOf(pem)).toEqual(["OU=client", "CN=admin"]);
    expect(pem).not.toMatch(/codeSigning/);
  });

  it("names hosts that can be hosts, as many as a certificate has room for", async () => {
    for (const hosts of [["*.example.com"], ["a b"], ["-x.example"], Array.from({ length: 17 }, (_, at) => `h${at}.example`)]) {
      expect(first(await enroll({ certificate_request: createRequest(createPrivateKey256(), "admin"), hosts }))?.code).toBe(80);
    }
  });
});

describe("a body", () => {
  const signed = (body: string, path = uri, method = "POST") => send(world.url, { path, method, body, authorization: tokenOf(admin, { method, uri: path, body }) });

  it("that is too large, no JSON, empty or of the wrong kind is told so in Fabric CA's shape", async () => {
    const large = await signed(JSON.stringify({ id: "x", affiliation: "", caname: acme.caName, secret: "x".repeat(200_000) }));
    expect([large.status, first(large)?.code]).toEqual([413, 3]);
    for (const [body, code] of [
      ["", 4],
      ["{", 5],
      ["[]", 5],
      ['"text"', 5],
      ["{}", 5],
      [JSON.stringify({ id: 7 }), 5],
      [JSON.stringify({ id: "x", max_enrollments: 1.5 }), 5],
      [JSON.stringify({ id: "x", secret: "y".repeat(513) }), 5],
      [JSON.stringify({ id: "x", attrs: Array.from({ length: 65 }, (_, at) => ({ name: `a${at}`, value: "" })) }), 5],
      [JSON.stringify({ id: "x", attrs: [{ name: "a", value: "y".repeat(1_025) }] }), 5],
      [JSON.stringify({ id: "x\u0000y" }), 5],
      [JSON.stringify({ id: "x", type: "a b" }), 5],
      [JSON.stringify({ id: "x".repeat(65) }), 5],
      [`${'{"a":'.repeat(200)}1${"}".repeat(200)}`, 5],
    ] as [string, number][]) {
      const answer = await signed(body);
      expect([answer.status, first(answer)?.code, answer.body.success], body.slice(0, 60)).toEqual([400, code, false]);
    }
    const binary = await send(world.url, { path: "/api/v1/cainfo", body: Buffer.from([0x7b, 0xff, 0x7d]) });
    expect([binary.status, first(binary)?.code]).toEqual([400, 5]);
  });

  it("with names that mean something to a database, a path or a page is data, or is refused in words", async () => {
    for (const id of ["x'; DROP TABLE \"FabricIdentity\"; --", "100%' OR '1'='1".replace("%", ""), "_", "ADMIN", "Zoë 東京", "__proto__", "constructor", "<script>alert(1)</script>".replaceAll("/", "")]) {
      const answer = await signed(JSON.stringify({ id, affiliation: "", caname: acme.caName, attrs: [{ name: "__proto__", value: "v", ecert: true }] }));
      expect([answer.status, answer.body.errors], id).toEqual([201, []]);
      const { secret } = answer.body.result as { secret: string };
      const certificate = await acme.enroll(id, secret, { csr: createRequest(createPrivateKey256(), id) }).then((one) => one.certificate);
      expect(Buffer.from(certificate.replace(/-----.*?-----|\n/g, ""), "base64").includes(Buffer.from(id, "utf8"))).toBe(true);
    }
    expect(await getDb().fabricIdentity.count()).toBeGreaterThan(5);
    for (const id of ["a/b", "../admin", "..", ".", "a\\b", "a?ca=x", "a#b", "a%2fb", "a:b", " a", "a\nb", "\u202Eabc", ""]) {
      const answer = await signed(JSON.stringify({ id, affiliation: "", caname: acme.caName }));
      expect([answer.status, first(answer)?.code], JSON.stringify(id)).toEqual([400, 5]);
    }
    for (const name of ["a..b", ".a", "a.", "a/b", "a%", "a_%' OR 1", "x".repeat(65), "a.b.c.d.e.f.g.h.i", "é"]) {
      const answer = await signed(JSON.stringify({ name, caname: acme.caName }), "/api/v1/affiliations?force=true");
      expect([answer.status, first(answer)?.code], name).toEqual([400, 5]);
    }
  });
});

describe("an address", () => {
  const call = (method: string, path: string) => send(world.url, { method, path, authorization: tokenOf(admin, { method, uri: path }) });

  it("that names no call, or by another method, is refused in Fabric CA's shape", async () => {
    for (const path of ["/api/v1/none", "/api/v1/identities/a/b", "/api/v1/identities/", "/api/v1/__proto__", "/api/v1/constructor", "/api/v1/cainfo/x", "/api/v1/idemix/credential", "/api/v1/enroll/"]) {
      const answer = await call("POST", path);
      expect([answer.status, answer.body.success, first(answer)?.code], path).toEqual([404, false, 50]);
    }
    const answer = await call("DELETE", "/api/v1/enroll");
    expect([answer.status, first(answer)]).toEqual([405, { code: 1, message: "Method DELETE is not allowed" }]);
    expect(first(await call("PATCH", "/api/v1/identities/admin"))?.code).toBe(1);
  });

  it("with climbing, broken or hidden parts reaches nothing that it does not name", async () => {
    for (const path of ["/api/v1/identities/..%2f..%2fcainfo", "/api/v1/identities/admin%00", "/api/v1/identities/%ff", "/api/v1/identities/%", "/api/v1/identities/..%5cadmin", "/api/v1/identities/ADMIN2", "/api/v1/affiliations/%25"]) {
      const answer = await call("GET", path);
      expect([400, 404], `${path} ${answer.status}`).toContain(answer.status);
      expect(answer.body.result).toBe("");
    }
    for (const query of ["force=maybe", "ca=x%00", `ca=${"x".repeat(200)}`]) {
      const answer = await call("DELETE", `/api/v1/identities/nobody?${query}`);
      expect([400, 404], query).toContain(answer.status);
    }
    expect((await call("GET", "/api/v1/certificates?id=%00")).status).toBe(400);
    expect((await call("GET", `/api/v1/certificates?id=${"x".repeat(300)}`)).status).toBe(400);
  });

  it("of one who guesses secrets without end is slowed down, with the seconds to wait", async () => {
    const body = JSON.stringify({ caname: acme.caName, certificate_request: "x" });
    const answers = await Promise.all(Array.from({ length: 70 }, () => send(world.url, { path: "/api/v1/enroll", body, authorization: basic("guessed", "wrong") })));
    const slowed = answers.filter(({ status }) => status === 429);
    expect(slowed.length).toBeGreaterThanOrEqual(10);
    expect(slowed[0]?.headers["retry-after"]).toMatch(/^\d+$/);
    expect(answers.filter(({ status }) => status === 401).every((one) => first(one)?.code === 20)).toBe(true);
  });
});
