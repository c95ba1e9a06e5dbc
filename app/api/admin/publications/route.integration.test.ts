import { beforeAll, describe, expect, it } from "vitest";
import { callRoute, createAdmin, createPublisher, type RouteCallOptions } from "@/app/api/_http/testing";
import { givenCityNodes, givenCompleteDraft, givenSubmitted, prepaidMinor, stateOf } from "@/lib/applications/testing";
import { getDb } from "@/lib/platform";
import { POST as approve } from "./[applicationId]/approve/route";
import { POST as reject } from "./[applicationId]/reject/route";
import { GET as get } from "./[applicationId]/route";
import { GET as list } from "./route";

beforeAll(givenCityNodes);

const reason = "The contract has no owner, please name one.";
const verbs = { get, approve, reject };
type Verb = keyof typeof verbs;
const call = (verb: Verb, applicationId: string, options: RouteCallOptions = {}) =>
  callRoute(verbs[verb], {
    method: verb === "get" ? "GET" : "POST",
    path: `/api/admin/publications/${applicationId}`,
    params: { applicationId },
    ...(verb === "reject" ? { body: { reason } } : {}),
    ...options,
  });

describe("200 and 202", () => {
  it("show the queue and what is asked for, and approve with an operation to follow", async () => {
    const publisher = await createPublisher();
    const admin = await createAdmin();
    const { applicationId } = await givenSubmitted(publisher.caller);
    const queue = await callRoute(list, { path: `/api/admin/publications?search=${applicationId}`, as: admin });
    expect(queue).toMatchObject({ status: 200, body: { total: 1, publications: [{ application: { id: applicationId }, requestedBy: { email: publisher.email }, invoice: { state: "PAID", book: "TEST" } }] } });
    expect(await call("get", applicationId, { as: admin })).toMatchObject({ status: 200, body: { application: { contractPackage: { template: "erc20" } } } });

    const approved = await call("approve", applicationId, { as: admin, idempotencyKey: "approve-once" });
    expect(approved).toMatchObject({ status: 202, body: { operationId: expect.stringMatching(/^op_/) } });
    expect(await call("approve", applicationId, { as: admin, idempotencyKey: "approve-once" })).toMatchObject({ status: 202, body: approved.body });
    expect(await getDb().operation.count({ where: { applicationId } })).toBe(1);
  });

  it("reject with a reason, and the money goes back", async () => {
    const publisher = await createPublisher();
    const { applicationId } = await givenSubmitted(publisher.caller);
    expect(await call("reject", applicationId, { as: await createAdmin() })).toMatchObject({ status: 200, body: { state: "REJECTED", stateReason: reason } });
    expect(await prepaidMinor(publisher.organisationId)).toBe(0n);
  });
});

describe("400", () => {
  it("wants a reason that the publisher can do something with", async () => {
    const { applicationId } = await givenSubmitted((await createPublisher()).caller);
    const admin = await createAdmin();
    for (const body of [{}, { reason: "no" }, { reason: "          " }, { reason: "r".repeat(1_001) }]) {
      expect(await call("reject", applicationId, { as: admin, body })).toMatchObject({ status: 400, body: { fields: { reason: expect.any(String) } } });
    }
    expect((await stateOf(applicationId)).application).toBe("SUBMITTED");
  });

  it("knows no queue of drafts", async () => {
    expect((await callRoute(list, { path: "/api/admin/publications?state=DRAFT", as: await createAdmin() })).status).toBe(400);
  });
});

describe("401", () => {
  it.each(Object.keys(verbs) as Verb[])("%s does nothing for somebody who is not signed in", async (verb) => {
    const { applicationId } = await givenSubmitted((await createPublisher()).caller);
    expect((await call(verb, applicationId)).status).toBe(401);
    expect((await callRoute(list)).status).toBe(401);
    expect((await stateOf(applicationId)).application).toBe("SUBMITTED");
  });
});

describe("403", () => {
  it.each(Object.keys(verbs) as Verb[])("%s is not for publishers, not even for their own application", async (verb) => {
    const publisher = await createPublisher();
    const { applicationId } = await givenSubmitted(publisher.caller);
    expect((await call(verb, applicationId, { as: publisher })).status).toBe(403);
    expect((await callRoute(list, { as: publisher })).status).toBe(403);
    expect((await stateOf(applicationId)).application).toBe("SUBMITTED");
  });
});

describe("404", () => {
  it.each(Object.keys(verbs) as Verb[])("%s finds no application that there is not", async (verb) => {
    expect((await call(verb, "app_00000000000000000000000000", { as: await createAdmin() })).status).toBe(404);
  });

  it("keeps a draft between its publisher and nobody else", async () => {
    const draft = await givenCompleteDraft((await createPublisher()).caller);
    expect((await call("get", draft.id, { as: await createAdmin() })).status).toBe(404);
  });
});

describe("409", () => {
  it("tells the second of two admins that it is decided", async () => {
    const { applicationId } = await givenSubmitted((await createPublisher()).caller);
    const [one, two] = [await createAdmin(), await createAdmin()];
    const answers = await Promise.all([call("approve", applicationId, { as: one }), call("approve", applicationId, { as: two })]);
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([202, 409]);
    expect(await call("reject", applicationId, { as: two })).toMatchObject({ status: 409, body: { details: { state: "PROVISIONING" } } });
    expect(await stateOf(applicationId)).toEqual({ application: "PROVISIONING", invoice: "PAID" });
  });
});
