import { X509Certificate } from "node:crypto";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { callRoute, createPublisher, type Publisher, type RouteCallOptions } from "@/app/api/_http/testing";
import { createId, getDb } from "@/lib/platform";
import { openFakeInstallation, type FakeInstallation } from "@/lib/sub-chains/testing";
import { ensureAuthority } from "@/lib/certificates";
import { POST as make } from "./route";

let installation: FakeInstallation;
let as: Publisher;
let applicationId: string;

beforeAll(async () => {
  await ensureAuthority();
  installation = await openFakeInstallation([["SIN"]]);
});
beforeEach(async () => {
  as = await createPublisher();
  applicationId = await givenRunning("fabric");
});
afterAll(() => installation.close());

/** Rows as a provisioning leaves them; what stands on a host is proven with real ones (`workers/provision-fabric`). */
async function givenRunning(framework: "fabric" | "ethereum", state: "RUNNING" | "OPENING" = "RUNNING"): Promise<string> {
  const id = createId("application");
  const [hostId = ""] = installation.hostIds;
  const cityNode = await getDb().cityNode.findUniqueOrThrow({ where: { code: "SIN" } });
  const { id: cityNodeId } = cityNode;
  await getDb().application.create({
    data: {
      id, organisationId: as.organisationId, createdById: as.caller.session.user.id, plan: "TEST", state: "RUNNING", name: "Assets", framework, frameworkVersion: "2.5", finality: "solo",
      contractPackage: { kind: "chaincode", template: "asset-transfer", name: "basic" },
      subChain: { create: { id: createId("subChain"), slug: id.toLowerCase().replaceAll("_", "-"), framework, chainId: BigInt(`0x${Buffer.from(id.slice(-7)).toString("hex")}`), state, peers: { create: { id: createId("peer"), cityNodeId, hostId, orders: true, state: "OPEN" } } } },
    },
  });
  return id;
}

const ask = (body: unknown, options: RouteCallOptions = {}) => callRoute(make, { method: "POST", path: `/api/applications/${applicationId}/fabric-kits`, params: { applicationId }, as, body, ...options });
const certificates = () => getDb().fabricCertificate.count({ where: { authority: { organisationId: as.organisationId } } });

describe("201", () => {
  it("gives a zip with a certificate of the organisation and its key, which is told once", async () => {
    const { status, body } = await ask({ member: "ada" }, { idempotencyKey: "kit-click-1" });
    expect(status).toBe(201);
    const { fileName, zip } = body as { fileName: string; zip: string };
    expect(fileName).toMatch(/-ada\.zip$/);
    const files = unzipSync(Buffer.from(zip, "base64"));
    const name = Object.keys(files).find((one) => one.endsWith("signcerts/cert.pem")) ?? "";
    expect(new X509Certificate(strFromU8(files[name] ?? new Uint8Array(0))).subject).toContain("CN=ada");
    expect(strFromU8(files["env.sh"] ?? new Uint8Array(0))).toContain("export CHAINCODE_NAME='basic'");
    const again = await ask({ member: "ada" }, { idempotencyKey: "kit-click-1" });
    expect(JSON.stringify(again.body)).not.toContain(zip.slice(0, 200));
    expect(await certificates()).toBe(1);
    expect(await getDb().auditEvent.count({ where: { organisationId: as.organisationId, action: { startsWith: "fabric" } } })).toBeGreaterThan(0);
  });
});

describe("400", () => {
  it("names what is wrong with the member's name or role", async () => {
    for (const [body, field] of [[{ member: "" }, "member"], [{ member: "Ada Lovelace" }, "member"], [{ member: "../ada" }, "member"], [{ member: "portal" }, "member"], [{ member: "ada", role: "peer" }, "role"]] as const) {
      expect(await ask(body)).toMatchObject({ status: 400, body: { code: "INVALID_INPUT", fields: { [field]: expect.any(String) } } });
    }
    expect(await certificates()).toBe(0);
  });
});

describe("401", () => {
  it("makes nothing for somebody who is not signed in", async () => {
    expect((await ask({ member: "ada" }, { as: undefined })).status).toBe(401);
    expect(await certificates()).toBe(0);
  });
});

describe("403", () => {
  it("is for roles that may look and not make keys", async () => {
    await getDb().membership.updateMany({ where: { organisationId: as.organisationId }, data: { role: "VIEWER" } });
    expect((await ask({ member: "ada" })).status).toBe(403);
    expect(await certificates()).toBe(0);
  });
});

describe("404", () => {
  it("of another tenant's application, like one that never existed", async () => {
    const stranger = await createPublisher();
    expect(await ask({ member: "ada" }, { as: stranger })).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    expect((await ask({ member: "ada" }, { params: { applicationId: "app_none" } })).status).toBe(404);
    expect(await certificates()).toBe(0);
  });
});

describe("409 and 422", () => {
  it("are for a name that is another kind of member, a channel that does not run, and a sub-chain that is none", async () => {
    expect((await ask({ member: "ada" })).status).toBe(201);
    expect(await ask({ member: "ada", role: "admin" })).toMatchObject({ status: 409, body: { detail: expect.stringContaining("ada is registered with the type client") } });
    applicationId = await givenRunning("fabric", "OPENING");
    expect(await ask({ member: "bob" })).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
    applicationId = await givenRunning("ethereum");
    expect(await ask({ member: "bob" })).toMatchObject({ status: 422, body: { code: "UNSUPPORTED" } });
  });
});
