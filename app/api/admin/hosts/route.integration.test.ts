import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callRoute, createAdmin, createPublisher, createTenant } from "@/app/api/_http/testing";
import { openRunningApplication, type RunningApplication } from "@/app/api/_http/testing/open-running-application";
import { hostConsumptionSchema, hostSummarySchema } from "@/lib/city-nodes";
import { createId, getDb } from "@/lib/platform";
import { GET as consumption } from "./[hostId]/consumption/route";
import { GET as list } from "./route";

let running: RunningApplication;
let hostId: string;
let applicationName: string;
beforeAll(async () => {
  running = await openRunningApplication((await createPublisher()).caller);
  const application = await getDb().application.findUniqueOrThrow({ where: { id: running.applicationId }, select: { name: true, subChain: { select: { peers: { select: { hostId: true } } } } } });
  hostId = application.subChain?.peers[0]?.hostId ?? "";
  applicationName = application.name;
}, 60_000);
afterAll(() => running?.close());

const ask = (id: string, query = "", as?: { cookie: string }) => callRoute(consumption, { path: `/api/admin/hosts/${id}/consumption${query}`, params: { hostId: id }, as });

describe("200", () => {
  it("shows what each sub-chain takes, with its application, and what the process takes", async () => {
    const admin = await createAdmin();
    const { status, body } = await ask(hostId, "?sort=disk&order=desc&limit=1", admin);
    expect(status).toBe(200);
    const shown = hostConsumptionSchema.parse(body);
    expect(shown).toMatchObject({ found: 1, rows: [{ cityNode: "SYD", state: "running", application: { id: running.applicationId, name: applicationName } }], sum: { peers: 1, running: 1 } });
    expect(shown.rows[0]?.resources.diskBytes).toBeGreaterThan(1_000);
    // Its smoke transaction.
    expect(shown.rows[0]?.resources.transactions).toBeGreaterThan(0);
    expect(shown.rows[0]?.resources.executionMs).toBeGreaterThan(0);
    expect(shown.process.memoryBytes).toBeGreaterThan(10e6);
    expect(shown.process.memoryBytes).toBeGreaterThan(shown.sum.resources.memoryBytes);
    expect(shown.cityNodes).toMatchObject([{ code: "SYD", peers: 1 }]);
    expect(shown.cityNodes[0]?.logBytes).toBeGreaterThan(1_000);
    expect(shown.cityNodes[0]?.indexBytes).toBeGreaterThan(1_000);
    expect(await ask(hostId, "?search=nobody-is-called-so", admin)).toMatchObject({ status: 200, body: { found: 0, rows: [], sum: { peers: 1 } } });
  });

  it("lists the hosts without their secrets or control addresses", async () => {
    const { body } = await callRoute(list, { path: "/api/admin/hosts", as: await createAdmin() });
    const { hosts } = body as { hosts: unknown[] };
    expect(hosts.map((host) => hostSummarySchema.parse(host).id)).toContain(hostId);
    expect(JSON.stringify(hosts)).not.toMatch(/secret|controlUrl/i);
  });
});

describe("400", () => {
  it.each(["?sort=secret", "?limit=101", "?offset=-1", "?order=up", "?cityNode=x"])("refuses %s", async (query) => {
    expect((await ask(hostId, query, await createAdmin())).status).toBe(400);
  });
});

describe("401", () => {
  it("tells nothing to somebody who is not signed in", async () => {
    expect([(await callRoute(list, { path: "/api/admin/hosts" })).status, (await ask(hostId)).status]).toEqual([401, 401]);
  });
});

describe("403", () => {
  it("tells nothing to a publisher, not even to one whose sub-chain runs there", async () => {
    const publisher = await createTenant();
    expect([(await callRoute(list, { path: "/api/admin/hosts", as: publisher })).status, (await ask(hostId, "", publisher)).status]).toEqual([403, 403]);
  });
});

describe("404", () => {
  it("knows no host that does not exist", async () => {
    expect((await ask(createId("host"), "", await createAdmin())).status).toBe(404);
  });
});

describe("503", () => {
  it("says so while the host is away", async () => {
    await running.close();
    expect(await ask(hostId, "", await createAdmin())).toMatchObject({ status: 503, body: { code: "UNAVAILABLE", retryable: true } });
  });
});
