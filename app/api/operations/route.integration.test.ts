import { describe, expect, it } from "vitest";
import { z } from "zod";
import { callRoute, createAdmin, createRequest, createTenant } from "@/app/api/_http/testing";
import { GET as listAll } from "@/app/api/admin/operations/route";
import { beginOperation, createOperationRegistry, defineOperation, LeaseKeeper, runOperation } from "@/lib/operations";
import { getDb } from "@/lib/platform";
import { GET as follow } from "./[operationId]/events/route";
import { GET as get } from "./[operationId]/route";

const definition = defineOperation({
  kind: "test.two-steps",
  inputSchema: z.object({}),
  steps: ["one", "two"].map((name) => ({ name, run: async () => ({ message: `did ${name}` }) })),
});

async function givenOperation() {
  const visitor = await createTenant();
  const { organisationId, userId } = visitor;
  const operationId = await getDb().$transaction((tx) => beginOperation(tx, definition, { input: {}, organisationId, startedById: userId }));
  return { visitor, operationId };
}

const getOperation = (operationId: string, as?: { cookie: string }) =>
  callRoute(get, { path: `/api/operations/${operationId}`, params: { operationId }, as });
const followOperation = (operationId: string, as?: { cookie: string }) =>
  follow(createRequest({ path: `/api/operations/${operationId}/events`, as }), { params: Promise.resolve({ operationId }) });

describe("200", () => {
  it("shows an operation with its steps to its organisation and to the portal admin", async () => {
    const { visitor, operationId } = await givenOperation();
    for (const as of [visitor, await createAdmin()]) {
      expect(await getOperation(operationId, as)).toMatchObject({
        status: 200,
        body: { id: operationId, state: "PENDING", progress: { done: 0, total: 2 }, steps: [{ name: "one" }, { name: "two" }] },
      });
    }
  });

  it("streams each change to the last one and then says that nothing more will come", async () => {
    const { visitor, operationId } = await givenOperation();
    const response = await followOperation(operationId, visitor);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const worker = { registry: createOperationRegistry([definition]), keeper: new LeaseKeeper(), shutdown: new AbortController().signal };
    const [text] = await Promise.all([response.text(), runOperation(operationId, worker)]);
    const states = text.match(/"state":"(PENDING|RUNNING|SUCCEEDED)","organisationId"/g) ?? [];
    expect(states.at(0)).toContain("PENDING");
    expect(states.at(-1)).toContain("SUCCEEDED");
    expect(text).toContain("did two");
    expect(text.trimEnd().endsWith("event: done\ndata: {}")).toBe(true);
  });

  it("lists everybody's operations to the portal admin, filtered", async () => {
    const { operationId } = await givenOperation();
    const admin = await createAdmin();
    const answer = await callRoute(listAll, { path: "/api/admin/operations?kind=test.two-steps&state=PENDING", as: admin });
    expect(answer.status).toBe(200);
    expect((answer.body as { operations: { id: string }[] }).operations.map((operation) => operation.id)).toContain(operationId);
    const failed = await callRoute(listAll, { path: "/api/admin/operations?kind=test.two-steps&state=FAILED", as: admin });
    expect(failed.body).toEqual({ operations: [], next: null });
  });
});

describe("400", () => {
  it("refuses a state that there is not", async () => {
    expect((await callRoute(listAll, { path: "/api/admin/operations?state=DONE", as: await createAdmin() })).status).toBe(400);
  });
});

describe("401", () => {
  it("tells nobody who is not signed in, and opens no stream", async () => {
    const { operationId } = await givenOperation();
    expect((await getOperation(operationId)).status).toBe(401);
    expect((await followOperation(operationId)).status).toBe(401);
    expect((await callRoute(listAll, { path: "/api/admin/operations" })).status).toBe(401);
  });
});

describe("403", () => {
  it("keeps the list of all operations for the portal admin", async () => {
    expect((await callRoute(listAll, { path: "/api/admin/operations", as: await createTenant() })).status).toBe(403);
  });
});

describe("404", () => {
  it("makes another organisation's operation look like an absent one, in the stream too", async () => {
    const { operationId } = await givenOperation();
    const stranger = await createTenant();
    expect(await getOperation(operationId, stranger)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    expect((await followOperation(operationId, stranger)).status).toBe(404);
    expect((await getOperation("op_00000000000000000000000000", stranger)).status).toBe(404);
  });
});
