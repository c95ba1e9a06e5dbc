import { beforeAll, describe, expect, it } from "vitest";
import { callRoute, createAdmin, createPublisher, type RouteCallOptions } from "@/app/api/_http/testing";
import { testCards } from "@/lib/billing";
import { endSession } from "@/lib/identity";
import { getDb } from "@/lib/platform";
import { givenCityNodes, givenCompleteDraft, givenFailed, givenSubmitted, givenUnpaid, prepaidMinor, stateOf } from "@/lib/applications/testing";
import { POST as cancel } from "./[applicationId]/cancel/route";
import { POST as pay } from "./[applicationId]/pay/route";
import { POST as refund } from "./[applicationId]/refund/route";
import { POST as resume } from "./[applicationId]/resume/route";
import { DELETE as remove, GET as get, PATCH as save } from "./[applicationId]/route";
import { POST as submit } from "./[applicationId]/submit/route";
import { GET as list, POST as create } from "./route";

beforeAll(givenCityNodes);

const verbs = { get, save, remove, submit, pay, cancel, resume, refund };
const methods = { get: "GET", save: "PATCH", remove: "DELETE", submit: "POST", pay: "POST", cancel: "POST", resume: "POST", refund: "POST" } as const;
type Verb = keyof typeof verbs;

const call = (verb: Verb, applicationId: string, options: RouteCallOptions = {}) =>
  callRoute(verbs[verb], { method: methods[verb], path: `/api/applications/${applicationId}`, params: { applicationId }, ...options });
const cardOf = (number: string) => ({ card: { number, expiryMonth: 12, expiryYear: 2099, cvc: "123" } });
/** A body that each verb accepts. */
const bodies: Record<Verb, unknown> = {
  get: undefined,
  save: { step: "basics", version: 0, data: { name: "Bills of lading" } },
  remove: {},
  submit: { version: 0 },
  pay: cardOf(testCards.succeeds),
  cancel: undefined,
  resume: undefined,
  refund: undefined,
};

describe("200, 201 and 202", () => {
  it("lead from an empty draft to the queue for approval", async () => {
    const as = await createPublisher();
    const created = await callRoute(create, { method: "POST", path: "/api/applications", as });
    expect(created).toMatchObject({ status: 201, body: { state: "DRAFT", version: 0 } });
    const { id } = created.body as { id: string };

    const steps = [
      { step: "basics", data: { name: "Bills of lading", description: "" } },
      { step: "framework", data: { framework: "ethereum", frameworkVersion: "prague" } },
      { step: "contract", data: { contractPackage: { kind: "template", template: "evidence-notary", parameters: {} } } },
      { step: "city-nodes", data: { cityNodes: ["SIN"] } },
    ];
    for (const [version, step] of steps.entries()) {
      expect(await call("save", id, { as, body: { ...step, version } })).toMatchObject({ status: 200, body: { version: version + 1 } });
    }
    expect((await call("get", id, { as })).body).toMatchObject({ application: { name: "Bills of lading", draft: { missing: {} } }, invoice: null, subChain: null });

    expect(await call("submit", id, { as, body: { version: 4 } })).toMatchObject({ status: 200, body: { application: { state: "AWAITING_PAYMENT" } } });
    expect(await call("pay", id, { as, body: cardOf(testCards.succeeds) })).toMatchObject({ status: 200, body: { payment: "paid", application: { state: "SUBMITTED" } } });
    expect((await call("get", id, { as })).body).toMatchObject({ invoice: { state: "PAID", book: "TEST" } });
    expect(await callRoute(list, { path: "/api/applications?search=lading&state=SUBMITTED", as })).toMatchObject({ status: 200, body: { total: 1, applications: [{ id }] } });
    expect(await call("cancel", id, { as })).toMatchObject({ status: 200, body: { state: "CANCELLED" } });
    expect(await call("refund", id, { as })).toMatchObject({ status: 200, body: { state: "REFUNDED" } });
    expect(await call("remove", id, { as, body: {} })).toMatchObject({ status: 202, body: { operationId: null } });
  });

  it("give a failed application a new invoice when it is resumed, and an operation when it is deleted", async () => {
    const as = await createPublisher();
    const admin = await createAdmin();
    const { applicationId } = await givenFailed(as.caller, { session: await admin.session() });
    expect(await call("resume", applicationId, { as })).toMatchObject({ status: 202, body: { operationId: null, invoiceId: expect.stringMatching(/^inv_/) } });
    const deleted = await call("remove", applicationId, { as, body: { name: "Bills of lading" } });
    expect(deleted).toMatchObject({ status: 202, body: { operationId: expect.stringMatching(/^op_/) } });
  });

  it("repeat the first answer to a double click with one key: one draft, one invoice, one charge", async () => {
    const as = await createPublisher();
    const keyed = { as, idempotencyKey: "click-create" };
    const [one, two] = [await callRoute(create, { method: "POST", ...keyed }), await callRoute(create, { method: "POST", ...keyed })];
    expect(two).toMatchObject({ status: 201, body: one.body });
    expect(await getDb().application.count({ where: { organisationId: as.organisationId } })).toBe(1);

    const draft = await givenCompleteDraft(as.caller);
    const submits = [1, 2].map(() => call("submit", draft.id, { as, body: { version: draft.version }, idempotencyKey: "click-submit" }));
    for (const answer of await Promise.all(submits)) expect([200, 409]).toContain(answer.status);
    const paid = await call("pay", draft.id, { as, body: cardOf(testCards.succeeds), idempotencyKey: "click-pay" });
    const repeated = await call("pay", draft.id, { as, body: cardOf(testCards.succeeds), idempotencyKey: "click-pay" });
    expect(repeated).toMatchObject({ status: 200, body: paid.body });
    expect(repeated.headers.get("idempotency-replayed")).toBe("true");
    expect(await prepaidMinor(as.organisationId)).toBe(36_500n);
  });
});

describe("400", () => {
  it.each([
    ["a step that there is not", { step: "bribe", version: 0, data: {} }],
    ["a version that is no number", { step: "basics", version: "0", data: {} }],
    ["a field that the step has not", { step: "basics", version: 0, data: { state: "RUNNING" } }],
    ["a name that is too long", { step: "basics", version: 0, data: { name: "n".repeat(81) } }],
    ["more city nodes than the plan has", { step: "city-nodes", version: 0, data: { cityNodes: ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG", "HHH"] } }],
    ["a city node twice", { step: "city-nodes", version: 0, data: { cityNodes: ["SIN", "SIN"] } }],
    ["a city node that does not exist", { step: "city-nodes", version: 0, data: { cityNodes: ["QQQ"] } }],
    ["no object", []],
  ])("names what is wrong: %s", async (_what, body) => {
    const as = await createPublisher();
    const { id } = (await callRoute(create, { method: "POST", as })).body as { id: string };
    const answer = await call("save", id, { as, body });
    expect(answer).toMatchObject({ status: 400, body: { code: "INVALID_INPUT", fields: expect.any(Object) } });
    expect((await getDb().application.findUniqueOrThrow({ where: { id } })).version).toBe(0);
  });

  it("refuses malformed JSON, a contract that is too large, and a submission that is not complete", async () => {
    const as = await createPublisher();
    const { id } = (await callRoute(create, { method: "POST", as })).body as { id: string };
    expect((await call("save", id, { as, text: "{" })).status).toBe(400);
    const huge = { kind: "own", bytecode: "0".repeat(600_000) };
    expect((await call("save", id, { as, body: { step: "contract", version: 0, data: { contractPackage: huge } } })).status).toBe(400);
    const larger = { kind: "own", bytecode: "0".repeat(1_200_000) };
    expect((await call("save", id, { as, body: { step: "contract", version: 0, data: { contractPackage: larger } } })).status).toBe(413);
    expect(await call("submit", id, { as, body: { version: 0 } })).toMatchObject({ status: 400, body: { fields: { "basics.name": expect.any(String) } } });
  });

  it("refuses a card that is none without repeating its number", async () => {
    const as = await createPublisher();
    const { applicationId } = await givenUnpaid(as.caller);
    const answer = await call("pay", applicationId, { as, body: cardOf("4242424242424241") });
    expect(answer).toMatchObject({ status: 400, body: { fields: { "card.number": expect.any(String) } } });
    expect(JSON.stringify(answer.body)).not.toContain("4242");
  });

  it("wants the name typed before a sub-chain is lost", async () => {
    const as = await createPublisher();
    const { applicationId } = await givenFailed(as.caller, { session: await (await createAdmin()).session() });
    expect(await call("remove", applicationId, { as, body: { name: "bills" } })).toMatchObject({ status: 400, body: { fields: { name: expect.any(String) } } });
  });
});

describe("401", () => {
  it.each(Object.keys(verbs) as Verb[])("%s does nothing for somebody who is not signed in", async (verb) => {
    const { caller } = await createPublisher();
    const { applicationId } = await givenUnpaid(caller);
    expect((await call(verb, applicationId, { body: bodies[verb] })).status).toBe(401);
    expect((await stateOf(applicationId)).application).toBe("AWAITING_PAYMENT");
  });

  it("lists and begins nothing for somebody who is not signed in", async () => {
    expect((await callRoute(list)).status).toBe(401);
    expect((await callRoute(create, { method: "POST" })).status).toBe(401);
  });

  it("comes in mid-wizard when the session was ended elsewhere, and nothing that was saved is lost", async () => {
    const as = await createPublisher();
    const draft = await givenCompleteDraft(as.caller);
    await endSession(await as.session(), as.sessionId, as.origin);
    const late = { step: "basics", version: draft.version, data: { name: "Typed while signed out" } };
    expect(await call("save", draft.id, { as, body: late })).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
    expect(await getDb().application.findUniqueOrThrow({ where: { id: draft.id } })).toMatchObject({ state: "DRAFT", name: "Bills of lading", version: draft.version });
  });
});

describe("402", () => {
  it("says why a card was declined, and the next card pays", async () => {
    const as = await createPublisher();
    const { applicationId } = await givenUnpaid(as.caller);
    for (const [number, declineCode] of [[testCards.declined, "card_declined"], [testCards.insufficientFunds, "insufficient_funds"]] as const) {
      expect(await call("pay", applicationId, { as, body: cardOf(number) })).toMatchObject({
        status: 402,
        body: { code: "PAYMENT_DECLINED", details: { declineCode }, detail: expect.stringContaining("Nothing was charged") },
      });
    }
    expect((await call("pay", applicationId, { as, body: cardOf(testCards.succeeds) })).status).toBe(200);
  });
});

describe("403", () => {
  it("keeps each verb from the roles that it is not for", async () => {
    const viewer = await createPublisher({ role: "VIEWER" });
    const { applicationId } = await givenUnpaid((await createPublisher()).caller);
    await getDb().application.update({ where: { id: applicationId }, data: { organisationId: viewer.organisationId } });
    for (const verb of Object.keys(verbs) as Verb[]) {
      expect((await call(verb, applicationId, { as: viewer, body: bodies[verb] })).status).toBe(verb === "get" ? 200 : 403);
    }
    expect((await callRoute(create, { method: "POST", as: viewer })).status).toBe(403);
  });

  it("asks for a verified address before anything is published", async () => {
    const as = await createPublisher({ isVerified: false });
    const draft = await givenCompleteDraft(as.caller);
    expect(await call("submit", draft.id, { as, body: { version: draft.version } })).toMatchObject({ status: 403, body: { code: "EMAIL_NOT_VERIFIED" } });
  });

  it("refuses changes that another site asks for in the publisher's name", async () => {
    const as = await createPublisher();
    const { applicationId } = await givenUnpaid(as.caller);
    expect((await call("cancel", applicationId, { as, headers: { origin: "https://evil.example" } })).status).toBe(403);
    expect((await stateOf(applicationId)).application).toBe("AWAITING_PAYMENT");
  });
});

describe("404", () => {
  it.each(Object.keys(verbs) as Verb[])("%s of another tenant's application answers exactly like an absent one", async (verb) => {
    const [mine, theirs] = [await createPublisher(), await createPublisher()];
    const { applicationId } = await givenUnpaid(theirs.caller);
    const foreign = await call(verb, applicationId, { as: mine, body: bodies[verb] });
    const absent = await call(verb, "app_00000000000000000000000000", { as: mine, body: bodies[verb] });
    expect(foreign).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    expect({ ...(foreign.body as object), requestId: "" }).toEqual({ ...(absent.body as object), requestId: "" });
    expect((await stateOf(applicationId)).application).toBe("AWAITING_PAYMENT");
  });

  it("keeps another tenant's applications out of the list", async () => {
    const [mine, theirs] = [await createPublisher(), await createPublisher()];
    const { applicationId } = await givenUnpaid(theirs.caller);
    expect((await callRoute(list, { as: mine })).body).toMatchObject({ total: 0, applications: [] });
    expect((await callRoute(list, { path: `/api/applications?search=${applicationId}`, as: mine })).body).toMatchObject({ total: 0 });
  });
});

describe("409", () => {
  it("tells of a draft that was saved elsewhere, of a payment made twice, and of moves that are not open any more", async () => {
    const as = await createPublisher();
    const draft = await givenCompleteDraft(as.caller);
    expect(await call("save", draft.id, { as, body: { step: "basics", version: 0, data: {} } })).toMatchObject({ status: 409, body: { code: "CONFLICT", details: { state: "DRAFT" } } });
    expect((await call("submit", draft.id, { as, body: { version: 0 } })).status).toBe(409);
    expect((await call("pay", draft.id, { as, body: cardOf(testCards.succeeds) })).status).toBe(409);

    const { applicationId } = await givenSubmitted(as.caller);
    for (const verb of ["pay", "resume", "refund", "remove"] as const) {
      expect(await call(verb, applicationId, { as, body: bodies[verb] })).toMatchObject({ status: 409, body: { details: { state: "SUBMITTED" } } });
    }
    expect(await prepaidMinor(as.organisationId)).toBe(36_500n);
  });
});

describe("429", () => {
  it("ends the trying out of cards", async () => {
    const as = await createPublisher();
    const { applicationId } = await givenUnpaid(as.caller);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 11; attempt++) statuses.push((await call("pay", applicationId, { as, body: cardOf(testCards.declined) })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 402), 429]);
  });
});
