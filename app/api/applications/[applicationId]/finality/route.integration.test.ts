import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { callRoute, createPublisher, type Publisher, type RouteCallOptions } from "@/app/api/_http/testing";
import { createId, getDb } from "@/lib/platform";
import { changeFinalityOperation } from "@/lib/sub-chains";
import { givenFakeRunning, openFakeInstallation, runToEnd, type FakeInstallation } from "@/lib/sub-chains/testing";
import { GET as certificate } from "../blocks/[reference]/certificate/route";
import { GET as get } from "../route";
import { POST as change } from "./route";

let installation: FakeInstallation;
let as: Publisher;
let running: { applicationId: string; slug: string };

beforeAll(async () => {
  installation = await openFakeInstallation([["SIN"], ["PAR"], ["JNB"], ["HKG"]]);
});
beforeEach(async () => {
  as = await createPublisher();
  running = await givenFakeRunning({ ...as.caller, email: as.email }, { cityNodes: ["SIN", "PAR", "JNB", "HKG"], finality: "byzantine" });
});
afterAll(() => installation.close());

const at = (options: RouteCallOptions = {}, params: Record<string, string> = {}): RouteCallOptions => ({
  path: `/api/applications/${running.applicationId}/finality`,
  params: { applicationId: running.applicationId, ...params },
  as,
  ...options,
});
const ask = (finality: unknown, options: RouteCallOptions = {}) => callRoute(change, at({ method: "POST", body: { finality }, ...options }));
const shown = async () => (await callRoute(get, at())).body as { subChain: { finality: string; change: unknown }; operation: { kind: string } };
const operations = () => getDb().operation.count({ where: { applicationId: running.applicationId, kind: changeFinalityOperation.kind } });

describe("200 and 202", () => {
  it("begin a change that the page can follow until it is in force", async () => {
    const asked = await ask("crash", { idempotencyKey: "finality-click-1" });
    expect(asked).toMatchObject({ status: 202, body: { operationId: expect.stringMatching(/^op_/) } });
    const { operationId } = asked.body as { operationId: string };
    expect(await ask("crash", { idempotencyKey: "finality-click-1" })).toMatchObject({ status: 202, body: { operationId } });
    expect((await shown()).subChain).toMatchObject({ finality: "byzantine", change: { operationId, finality: "crash", state: "PENDING", reason: null } });
    await runToEnd(changeFinalityOperation, operationId);
    expect((await shown()).subChain).toMatchObject({ finality: "crash", change: null });
    // What opened the application stays what its page tells of it.
    expect((await shown()).operation.kind).toBe("sub-chain.provision");
    expect(await operations()).toBe(1);
  });

  it("show a certificate whose signatures the portal has checked against the keys of the sub-chain’s own peers", async () => {
    installation.network.seal(running.slug, 2);
    const read = () => callRoute(certificate, at({}, { reference: "2" }));
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(body).toMatchObject({ chain: running.slug, height: 2, finality: "byzantine", quorum: 3, validators: 4, enough: true });
    expect((body as { signatures: { name: string; valid: boolean }[] }).signatures.map(({ name, valid }) => [name, valid])).toEqual([["SIN", true], ["PAR", true], ["JNB", true]]);
    // Paris signs with another key than the sub-chain was opened with: its host was replaced, or broken into.
    const { publicKey } = await getDb().peer.findFirstOrThrow({ where: { cityNode: { code: "HKG" }, subChain: { slug: running.slug } } });
    await getDb().peer.updateMany({ where: { cityNode: { code: "PAR" }, subChain: { slug: running.slug } }, data: { publicKey } });
    expect((await read()).body).toMatchObject({ enough: false, signatures: [{ valid: true }, { name: "PAR", valid: false }, { valid: true }] });
  });
});

describe("400", () => {
  it("names what is wrong: no such mode, or one that needs more peers", async () => {
    for (const finality of ["perhaps", "BYZANTINE", undefined]) {
      expect(await ask(finality)).toMatchObject({ status: 400, body: { code: "INVALID_INPUT", fields: { finality: expect.any(String) } } });
    }
    running = await givenFakeRunning({ ...as.caller, email: as.email }, { cityNodes: ["SIN", "PAR"], finality: "solo" });
    expect(await ask("crash")).toMatchObject({ status: 400, body: { fields: { finality: "Crash-tolerant needs at least 3 peers; this sub-chain has 2." } } });
    expect(await operations()).toBe(0);
  });
});

describe("401", () => {
  it("changes nothing and shows nothing for somebody who is not signed in", async () => {
    expect((await ask("crash", { as: undefined })).status).toBe(401);
    expect((await callRoute(certificate, at({ as: undefined }, { reference: "1" }))).status).toBe(401);
    expect(await operations()).toBe(0);
  });
});

describe("403", () => {
  it("is for roles that may look and not write", async () => {
    await getDb().membership.updateMany({ where: { organisationId: as.organisationId }, data: { role: "VIEWER" } });
    expect((await ask("crash")).status).toBe(403);
    expect(await operations()).toBe(0);
  });
});

describe("404", () => {
  it("of another tenant's application, like one that never existed", async () => {
    const stranger = await createPublisher();
    expect(await ask("crash", { as: stranger })).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    expect((await callRoute(certificate, at({ as: stranger }, { reference: "1" }))).status).toBe(404);
    expect((await callRoute(change, at({ method: "POST", body: { finality: "crash" }, params: { applicationId: "app_none" } }))).status).toBe(404);
    expect(await operations()).toBe(0);
  });

  it("of a certificate that there is not: the first block, one that is to come, a hash", async () => {
    for (const reference of ["0", "1", "999999", "-1", `0x${"1".repeat(64)}`]) expect((await callRoute(certificate, at({}, { reference }))).status).toBe(404);
  });
});

describe("409", () => {
  it("is for a certificate of what does not run yet", async () => {
    const applicationId = createId("application");
    await getDb().application.create({ data: { id: applicationId, organisationId: as.organisationId, createdById: as.caller.session.user.id, plan: "STANDARD", state: "DRAFT", name: "Not yet" } });
    expect(await callRoute(certificate, at({}, { applicationId, reference: "1" }))).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
  });

  it("is for the mode in force, and for a second change while one runs", async () => {
    expect(await ask("byzantine")).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
    expect((await ask("crash")).status).toBe(202);
    for (const finality of ["crash", "solo"]) expect(await ask(finality)).toMatchObject({ status: 409, body: { detail: expect.stringContaining("is under way") } });
    expect(await operations()).toBe(1);
  });
});
