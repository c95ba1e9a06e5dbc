import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callRoute, createAdmin, createPublisher, createTenant } from "@/app/api/_http/testing";
import { openRunningApplication, type RunningApplication } from "@/app/api/_http/testing/open-running-application";
import { createOperationRegistry, getOperation, LeaseKeeper, runOperation } from "@/lib/operations";
import { createId, getDb } from "@/lib/platform";
import { movePeerOperation } from "@/lib/sub-chains";
import { GET as consumption } from "../consumption/route";
import { POST as move } from "./route";

let running: RunningApplication;
let hostId: string;
let chain: string;
beforeAll(async () => {
  running = await openRunningApplication((await createPublisher()).caller);
  const subChain = await getDb().subChain.findUniqueOrThrow({ where: { applicationId: running.applicationId }, select: { slug: true, peers: { select: { hostId: true } } } });
  chain = subChain.slug;
  hostId = subChain.peers[0]?.hostId ?? "";
}, 60_000);
afterAll(() => running?.close());

const ask = (to: string, as?: { cookie: string }, change: Record<string, unknown> = {}, host = hostId) =>
  callRoute(move, { method: "POST", path: `/api/admin/hosts/${host}/moves`, params: { hostId: host }, body: { cityNode: "SYD", chain, to, ...change }, as });

it("a real peer goes to a process of its own, which the host’s page shows with its memory", { timeout: 120_000 }, async () => {
  const admin = await createAdmin();
  const { status, body } = await ask("own", admin);
  expect(status).toBe(202);
  const { operationId } = body as { operationId: string };
  const worker = { registry: createOperationRegistry([movePeerOperation]), keeper: new LeaseKeeper(), shutdown: new AbortController().signal };
  await expect.poll(async () => {
    await runOperation(operationId, worker);
    return (await getOperation(operationId, {})).state;
  }, { timeout: 60_000 }).toBe("SUCCEEDED");
  const shown = await callRoute(consumption, { path: `/api/admin/hosts/${hostId}/consumption`, params: { hostId }, as: admin });
  expect(shown.body).toMatchObject({ rows: [{ chain, state: "running", home: { at: "own", memoryBytes: expect.any(Number) } }] });
});

describe("401", () => {
  it("is for who is not signed in", async () => {
    expect((await ask("own")).status).toBe(401);
  });
});

describe("403", () => {
  it("is for whoever is not the portal admin", async () => {
    expect((await ask("own", await createTenant())).status).toBe(403);
  });
});

describe("404", () => {
  it("is for peers that live elsewhere, and for hosts that there are not", async () => {
    const admin = await createAdmin();
    expect((await ask("own", admin, { chain: "nowhere-1" })).status).toBe(404);
    expect((await ask("own", admin, {}, createId("host"))).status).toBe(404);
  });
});

describe("400", () => {
  it("is for homes that there are not, and for what is no city node's code", async () => {
    const admin = await createAdmin();
    expect((await ask("moon", admin)).status).toBe(400);
    expect((await ask("own", admin, { cityNode: "syd" })).status).toBe(400);
  });
});
