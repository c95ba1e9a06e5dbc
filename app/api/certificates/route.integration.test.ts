import { beforeAll, describe, expect, it } from "vitest";
import { createRequest } from "@/app/api/_http/testing";
import { ensureAuthority, issueCertificate, revokeCertificate } from "@/lib/certificates";
import { createId } from "@/lib/platform";
import { createPrivateKey256, publicKeyOf, readCertificate, readChain, readRevocationList, readRevocationLists, verifyChain } from "@/lib/x509";
import { openssl } from "@/lib/x509/testing";
import { GET as getAuthorityRoute } from "@/app/api/certificates/authority/route";
import { GET as getRevocationsRoute } from "@/app/api/certificates/revocations/route";

beforeAll(() => ensureAuthority());

// Nobody is signed in: these are for any program that meets a certificate.
const fetchAuthority = () => getAuthorityRoute(createRequest());
const fetchRevocations = (query = "") => getRevocationsRoute(createRequest({ path: `/api/certificates/revocations${query}` }));
const issue = () => issueCertificate({ profile: "HOST", subjectId: createId("host"), key: { publicKey: publicKeyOf(createPrivateKey256()) }, addresses: { dnsNames: [], ipAddresses: [] } });

describe("200", () => {
  it("gives intermediate and root as PEM, from which a stranger can build the chain of what was issued", async () => {
    const response = await fetchAuthority();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/pem-certificate-chain");
    expect(response.headers.get("cache-control")).toBe("public, max-age=3600");
    const text = await response.text();
    expect(text).not.toMatch(/PRIVATE/);
    const certificates = readChain(text);
    expect(certificates.map(({ isAuthority, pathLength }) => [isAuthority, pathLength])).toEqual([[true, 0], [true, 1]]);
    expect(certificates[1]?.subject).toBe(certificates[1]?.issuer);
  });

  it("gives every list as PEM, and the one that a certificate names as DER", async () => {
    const { chainPem } = await issue();
    const { status, output } = openssl(["x509", "-in", "end.pem", "-noout", "-ext", "crlDistributionPoints"], { "end.pem": chainPem });
    expect(status, output).toBe(0);
    const named = new URL(/URI:(\S+)/.exec(output)?.[1] ?? "");
    expect(named.pathname).toBe("/api/certificates/revocations");
    const one = await fetchRevocations(named.search);
    expect([one.status, one.headers.get("content-type"), one.headers.get("cache-control")]).toEqual([200, "application/pkix-crl", "public, max-age=60"]);
    const list = readRevocationList(new Uint8Array(await one.arrayBuffer()));
    expect(list.authority).toBe(readChain(chainPem)[0]?.authorityKeyIdentifier);
    const all = await fetchRevocations();
    expect([all.status, all.headers.get("content-type"), all.headers.get("cache-control")]).toEqual([200, "application/x-pem-file", "public, max-age=60"]);
    expect(readRevocationLists(await all.text()).map(({ authority }) => authority)).toContain(list.authority);
  });

  it("shows a revocation at once", async () => {
    const { id, chainPem } = await issue();
    const root = (await (await fetchAuthority()).text()).split(/(?<=-----END CERTIFICATE-----\n)/).findLast((pem) => pem !== "") ?? "";
    const judge = async () => verifyChain({ chain: chainPem, root, revocations: await (await fetchRevocations()).text(), nowMs: Date.now() });
    expect((await judge()).serial).toBe(readCertificate(readChain(chainPem)[0]?.der ?? new Uint8Array()).serial);
    await revokeCertificate({ certificateId: id, reason: "SUPERSEDED", actor: { kind: "SYSTEM" } });
    await expect(judge()).rejects.toMatchObject({ reason: "revoked" });
  });
});

describe("400", () => {
  it("refuses an authority's name that is too long to be one", async () => {
    expect((await fetchRevocations(`?authority=${"x".repeat(81)}`)).status).toBe(400);
  });
});

describe("404", () => {
  it("knows no list of an authority that does not exist", async () => {
    const response = await fetchRevocations("?authority=ca_none");
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  });
});
