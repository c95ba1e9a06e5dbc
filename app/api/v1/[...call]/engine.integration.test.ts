import { createPrivateKey } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCaWorld, type CaOrganisation, type CaWorld } from "@/app/api/v1/testing/fabric-ca-world";
import { loadFabric } from "@/lib/ledger";
import { loadFabricTesting } from "@/lib/ledger/testing";
import { runtimeDirectory } from "@/lib/sandbox/testing";

const fabric = await loadFabric();
const { checkPrincipal, validateIdentity } = await loadFabricTesting();
/** What chaincode asks about its caller, as it is published: `ctx.clientIdentity`. */
const { ClientIdentity } = createRequire(path.join(runtimeDirectory(), "package.json"))("fabric-shim") as {
  ClientIdentity: new (stub: { getCreator(): { mspid: string; idBytes: Uint8Array }; getChannelID(): string; getTxID(): string }) => { getMSPID(): string; getID(): string; getAttributeValue(name: string): string | null; assertAttributeValue(name: string, value: string): boolean };
};

let world: CaWorld;
let acme: CaOrganisation;
beforeAll(async () => {
  world = await openCaWorld();
  acme = await world.open();
});
afterAll(() => world.close());

/** The organisation as a channel knows it that was made with what the official client was told. */
async function openOrganisation(revocationLists: readonly string[] = []) {
  const { caChain } = await acme.client.getCaInfo(acme.admin);
  return fabric.openOrganisation({ mspId: acme.mspId, rootCertificates: [caChain], revocationLists: [...revocationLists], nodeUnits: true });
}

async function enrolled(id: string, role: string) {
  const { user, certificate } = await acme.member({ enrollmentID: id, role, attrs: [{ name: "desk", value: "7", ecert: true }] });
  const key = createPrivateKey((user.getSigningIdentity() as unknown as { _signer: { _key: { toBytes(): string } } })._signer._key.toBytes());
  return { certificate, identity: fabric.createIdentitySigner(acme.mspId, certificate, key).serialized };
}

describe("a certificate that the official client enrolled", () => {
  it.each(["client", "peer", "admin", "orderer"] as const)("makes a %s in the engine's own MSP check, and nothing else", async (role) => {
    const { identity } = await enrolled(`engine-${role}`, role);
    const known = (await openOrganisation()).msps.deserializeIdentity(identity);
    expect(validateIdentity(known)).toBeUndefined();
    for (const other of ["client", "peer", "admin", "orderer"] as const) {
      const reason = checkPrincipal(known, { kind: "role", mspId: acme.mspId, role: other });
      expect(reason === undefined, `${other}: ${reason}`).toBe(other === role);
    }
  });

  it("shows chaincode who calls and with which attributes", async () => {
    const { certificate } = await enrolled("engine-buyer", "client");
    const caller = new ClientIdentity({ getCreator: () => ({ mspid: acme.mspId, idBytes: Buffer.from(certificate) }), getChannelID: () => "channel", getTxID: () => "tx" });
    expect(caller.getMSPID()).toBe(acme.mspId);
    expect(caller.getID()).toMatch(/^x509::.*CN=engine-buyer.*::.*CN=ca-acme/);
    // An empty value is none to it.
    expect(["desk", "hf.EnrollmentID", "hf.Type", "hf.Affiliation", "none"].map((name) => caller.getAttributeValue(name))).toEqual(["7", "engine-buyer", "client", null, null]);
    expect(caller.assertAttributeValue("desk", "8")).toBe(false);
  });

  it("is refused by a channel with the list that gencrl gives after it was revoked, and others are not", async () => {
    const [gone, stays] = [await enrolled("engine-gone", "client"), await enrolled("engine-stays", "client")];
    await acme.client.revoke({ enrollmentID: "engine-gone" }, acme.admin);
    const list = Buffer.from((await acme.client.generateCRL({}, acme.admin)) as string, "base64").toString("utf8");
    const { msps } = await openOrganisation([list]);
    expect(validateIdentity(msps.deserializeIdentity(gone.identity))).toMatch(/has been revoked/);
    expect(validateIdentity(msps.deserializeIdentity(stays.identity))).toBeUndefined();
    expect(validateIdentity((await openOrganisation()).msps.deserializeIdentity(gone.identity))).toBeUndefined();
  });
});
