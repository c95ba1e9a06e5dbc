import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { callRoute, createRequest, createTenant, type RouteCallOptions, type Tenant } from "@/app/api/_http/testing";
import { openRunningApplication, type RunningApplication } from "@/app/api/_http/testing/open-running-application";
import { givenCityNodes } from "@/lib/applications/testing";
import { applicationEventSchema, createDraft, type ApplicationEvent } from "@/lib/applications";
import { DELETE as revoke } from "../access-keys/[keyId]/route";
import { GET as listKeys, POST as issue } from "../access-keys/route";
import { GET as certificate } from "../blocks/[reference]/certificate/route";
import { GET as block } from "../blocks/[reference]/route";
import { GET as blocks } from "../blocks/route";
import { GET as meters } from "../meters/route";
import { GET as transaction } from "../transactions/[transactionHash]/route";
import { GET as follow } from "./route";

let as: Tenant;
let running: RunningApplication;
let applicationId: string;

// One running sub-chain for all of the routes that look at one.
beforeAll(async () => {
  as = await createTenant();
  running = await openRunningApplication({ session: await as.session() });
  ({ applicationId } = running);
});
afterAll(() => running?.close());

const at = (path: string, options: RouteCallOptions = {}, params: Record<string, string> = {}): RouteCallOptions => ({
  path: `/api/applications/${applicationId}${path}`,
  params: { applicationId, ...params },
  ...options,
});

/** A transaction of a fresh account: gas is free, so that each has its own and no test waits for another's nonce. */
async function transfer(key: string): Promise<{ status: number; from: string; result: string }> {
  const account = privateKeyToAccount(generatePrivateKey());
  const signed = await account.signTransaction({ chainId: running.chainId, nonce: 0, gas: 21_000n, gasPrice: 0n, to: account.address, type: "legacy" });
  const response = await fetch(running.url, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_sendRawTransaction", params: [signed] }),
  });
  const { result } = (await response.json()) as { result: string };
  return { status: response.status, from: account.address.toLowerCase(), result };
}
const issueKey = async (options: RouteCallOptions = {}) => callRoute(issue, at("/access-keys", { method: "POST", as, body: { label: "laptop" }, ...options }));

describe("200 and 201", () => {
  it("make a key that works at once, is shown once, and is refused once it is revoked", async () => {
    const issued = await issueKey({ idempotencyKey: "key-click-1" });
    expect(issued).toMatchObject({ status: 201, body: { accessKey: { label: "laptop", kind: "HEADER", scope: "WRITE" }, effective: true } });
    const { key, accessKey } = issued.body as { key: string; accessKey: { id: string } };
    expect((await transfer(key)).status).toBe(200);

    const repeated = await issueKey({ idempotencyKey: "key-click-1" });
    expect(repeated.status).toBe(409);
    const listed = await callRoute(listKeys, at("/access-keys", { as }));
    expect(listed).toMatchObject({ status: 200, body: { accessKeys: [{ id: accessKey.id, revokedAt: null }] } });
    const secret = key.slice(key.indexOf(".") + 1);
    expect(JSON.stringify([repeated.body, listed.body])).not.toContain(secret);

    expect(await callRoute(revoke, at("/access-keys/x", { method: "DELETE", as }, { keyId: accessKey.id }))).toMatchObject({ status: 200, body: { effective: true } });
    expect((await transfer(key)).status).toBe(401);
  });

  it("show blocks and transactions of the ledger itself", async () => {
    const { key } = (await issueKey()).body as { key: string };
    const { result: transactionHash, from } = await transfer(key);
    const page = await callRoute(blocks, at("/blocks?limit=2", { as }));
    expect(page).toMatchObject({ status: 200, body: { height: expect.any(Number), blocks: [{ transactionCount: 1 }, { transactionCount: 1 }] } });
    expect(page.body).toHaveProperty("transactions.0.hash", transactionHash);
    const { height } = page.body as { height: number };
    expect(await callRoute(block, at("/blocks/x", { as }, { reference: String(height) }))).toMatchObject({ status: 200, body: { height, transactions: [{ hash: transactionHash }] } });
    expect(await callRoute(certificate, at("/blocks/x/certificate", { as }, { reference: String(height) }))).toMatchObject({
      status: 200,
      body: { height, finality: "solo", quorum: 1, validators: 1, proposer: "SYD", signatures: [{ name: "SYD", valid: true }] },
    });
    expect(await callRoute(transaction, at("/transactions/x", { as }, { transactionHash }))).toMatchObject({ status: 200, body: { hash: transactionHash, succeeded: true, from } });
    expect(await callRoute(meters, at("/meters", { as }))).toMatchObject({ status: 200, body: { plan: "TEST", requests: { limit: 100_000 } } });
  });

  it("stream the state, each new block and the meters to a page that stays open", { timeout: 40_000 }, async () => {
    const { key } = (await issueKey()).body as { key: string };
    const leaving = new AbortController();
    const response = await follow(createRequest(at("/events", { as, signal: leaving.signal })), { params: Promise.resolve({ applicationId }) });
    const events = eventsOf(response);
    const first = new Map<string, ApplicationEvent>();
    while (first.size < 3) {
      const event = await nextEvent(events, () => true);
      first.set(event.kind, event);
    }
    expect(first.get("state")).toMatchObject({ state: "RUNNING" });
    const { page } = first.get("ledger") as Extract<ApplicationEvent, { kind: "ledger" }>;
    const { meters: before } = first.get("meters") as Extract<ApplicationEvent, { kind: "meters" }>;

    const sent = await transfer(key);
    expect(sent.status).toBe(200);
    // Either may come first: each is followed at its own pace.
    const news = new Map<string, ApplicationEvent>();
    while (news.size < 2) {
      const isNews = (event: ApplicationEvent) =>
        (event.kind === "ledger" && event.page.height > page.height) || (event.kind === "meters" && event.meters.transactions.used > before.transactions.used);
      const event = await nextEvent(events, isNews);
      news.set(event.kind, event);
    }
    expect(news.get("ledger")).toHaveProperty("page.transactions.0.hash", sent.result);
    leaving.abort();
    await expect(events.next()).resolves.toMatchObject({ done: true });
  });
});

describe("400", () => {
  it("names what is wrong with a key or a page that is asked for", async () => {
    expect(await issueKey({ body: { scope: "ADMIN" } })).toMatchObject({ status: 400, body: { fields: { scope: expect.any(String) } } });
    expect((await issueKey({ body: { origins: ["https://a.example/path"] } })).status).toBe(400);
    expect(await callRoute(blocks, at("/blocks?limit=1000", { as }))).toMatchObject({ status: 400, body: { fields: { limit: expect.any(String) } } });
  });
});

const reads = [
  ["list of keys", listKeys, {}],
  ["blocks", blocks, {}],
  ["block", block, { reference: "0" }],
  ["transaction", transaction, { transactionHash: `0x${"0".repeat(64)}` }],
  ["meters", meters, {}],
  ["events", follow, {}],
] as const;

describe("401", () => {
  it.each(reads)("shows no %s to somebody who is not signed in", async (_what, handler, params) => {
    expect((await callRoute(handler, at("", {}, params))).status).toBe(401);
  });

  it("makes and revokes no key for somebody who is not signed in", async () => {
    expect((await callRoute(issue, at("", { method: "POST", body: {} }))).status).toBe(401);
    expect((await callRoute(revoke, at("", { method: "DELETE" }, { keyId: "ck_1" }))).status).toBe(401);
  });
});

describe("404", () => {
  it.each(reads)("of another tenant's application: %s", async (_what, handler, params) => {
    const stranger = await createTenant();
    expect(await callRoute(handler, at("", { as: stranger }, params))).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  });

  it("makes and revokes no key of another tenant's application", async () => {
    const stranger = await createTenant();
    const { accessKey, key } = (await issueKey()).body as { key: string; accessKey: { id: string } };
    expect((await callRoute(issue, at("", { method: "POST", body: {}, as: stranger }))).status).toBe(404);
    expect((await callRoute(revoke, at("", { method: "DELETE", as: stranger }, { keyId: accessKey.id }))).status).toBe(404);
    expect((await callRoute(revoke, at("", { method: "DELETE", as }, { keyId: "ck_00000000000000000000000000" }))).status).toBe(404);
    const answer = await fetch(running.url, { method: "POST", headers: { "x-api-key": key, "content-type": "application/json" }, body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' });
    expect(answer.status).toBe(200);
  });

  it("finds no block that is not there, and none by what names no block", async () => {
    for (const reference of ["999999", `0x${"1".repeat(64)}`, "newest", "-1"]) {
      expect((await callRoute(block, at("", { as }, { reference }))).status).toBe(404);
    }
    for (const transactionHash of [`0x${"1".repeat(64)}`, "0x12"]) {
      expect((await callRoute(transaction, at("", { as }, { transactionHash }))).status).toBe(404);
    }
  });
});

describe("409", () => {
  it("has no ledger and no keys for an application that does not run yet", async () => {
    const away = await givenCityNodes();
    const draft = await createDraft({ session: await as.session() });
    const own = { applicationId: draft.id };
    expect((await callRoute(blocks, { params: own, as })).status).toBe(409);
    expect((await callRoute(issue, { method: "POST", params: own, body: {}, as })).status).toBe(409);
    expect((await callRoute(meters, { params: own, as })).status).toBe(200);
    await away();
  });
});

async function* eventsOf(response: Response): AsyncGenerator<ApplicationEvent> {
  let text = "";
  for await (const chunk of (response.body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    const parts = (text + chunk).split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) {
      const data = part.split("\n").find((line) => line.startsWith("data: "));
      if (data) yield applicationEventSchema.parse(JSON.parse(data.slice("data: ".length)));
    }
  }
}

async function nextEvent(events: AsyncGenerator<ApplicationEvent>, isWanted: (event: ApplicationEvent) => boolean): Promise<ApplicationEvent> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) throw new Error("the stream ended");
    if (isWanted(value)) return value;
  }
}
