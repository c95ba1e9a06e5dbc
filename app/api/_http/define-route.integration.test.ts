import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { endSession } from "@/lib/identity";
import { AppError, assert, createId, getDb } from "@/lib/platform";
import { defineRoute } from "./define-route";
import { callRoute, createAdmin, createTenant, type Tenant } from "./testing";

let tenant: Tenant;
let admin: Tenant;
beforeAll(async () => {
  [tenant, admin] = await Promise.all([createTenant(), createAdmin()]);
});

const body = z.object({ name: z.string().min(2, "Too short."), cityNodes: z.array(z.string().regex(/^[A-Z]{3}$/, "Not a code.")).max(3).default([]) });
const echo = defineRoute({ auth: "user", input: { body }, handler: async ({ body }) => body });
const publicEcho = defineRoute({ auth: "public", input: { body }, handler: async ({ body }) => body });
const post = (options: Parameters<typeof callRoute>[1] = {}) => callRoute(echo, { method: "POST", as: tenant, ...options });

describe("200", () => {
  it("gives the parsed input to the handler and its value as JSON that no cache keeps", async () => {
    const answer = await post({ body: { name: "tide", extra: "dropped" } });
    expect(answer).toMatchObject({ status: 200, body: { name: "tide", cityNodes: [] } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-request-id")).toMatch(/^req_[0-9a-z]{26}$/);
  });

  it("parses query and parameters, and lets a handler answer with nothing or with its own headers", async () => {
    const route = defineRoute({
      auth: "user",
      input: { query: z.object({ page: z.coerce.number().int().min(1) }), params: z.object({ id: z.string() }) },
      handler: async ({ query, params, session }) => ({ page: query.page, id: params.id, who: session.user.id }),
    });
    const answer = await callRoute(route, { path: "/api/x/a1?page=3", params: { id: "a1" }, as: tenant });
    expect(answer).toMatchObject({ status: 200, body: { page: 3, id: "a1", who: tenant.userId } });

    const silent = defineRoute({ auth: "user", handler: async () => undefined });
    expect(await callRoute(silent, { method: "POST", as: tenant })).toMatchObject({ status: 204, body: undefined });
    const own = defineRoute({ auth: "user", status: 201, handler: async () => Response.json({}, { status: 201, headers: { "set-cookie": "a=b" } }) });
    expect((await callRoute(own, { as: tenant })).headers.get("set-cookie")).toBe("a=b");
  });
});

describe("400", () => {
  it("names every wrong field by its path", async () => {
    const answer = await post({ body: { name: "a", cityNodes: ["SIN", "singapore"] } });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: "INVALID_INPUT", status: 400, fields: { name: "Too short.", "cityNodes.1": "Not a code." }, retryable: false },
    });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect((answer.body as { requestId: string }).requestId).toBe(answer.headers.get("x-request-id"));
  });

  it.each([
    ["no JSON", '{"name":'],
    ["nothing", ""],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22]).toString("latin1")],
    ["another type", "[1]"],
    ["null", "null"],
  ])("refuses %s as body with a message that says so", async (_what, text) => {
    expect(await post({ text })).toMatchObject({ status: 400, body: { code: "INVALID_INPUT", detail: expect.stringMatching(/./) } });
  });

  it("refuses what does not call itself JSON: forms of other sites can send only that", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"]) {
      expect(await post({ body: { name: "tide" }, headers: { "content-type": type } })).toMatchObject({ status: 400, body: { detail: expect.stringContaining("application/json") } });
    }
  });

  it.each([
    ["a NUL", { name: "ti\0de" }, "name"],
    ["half a surrogate pair", { name: "ti\ud83dde" }, "name"],
    ["a NUL in a name that the schema drops", { name: "tide", "a\0b": 1 }, ""],
  ])("refuses %s, which no row can hold, instead of failing at the database", async (_what, body, path) => {
    expect(await post({ body })).toMatchObject({ status: 400, body: { code: "INVALID_INPUT", fields: { [path]: expect.stringContaining("cannot be stored") } } });
  });

  it("refuses a body that is nested so deep that walking through it would exhaust the stack", async () => {
    const text = `{"name":"tide","x":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
    expect(await post({ text })).toMatchObject({ status: 400, body: { code: "INVALID_INPUT", detail: expect.stringContaining("levels deep") } });
  });

  it("finds nothing at an address, and takes no query, with a character that no row can hold", async () => {
    const input = { query: z.object({ search: z.string().optional() }), params: z.object({ id: z.string() }) };
    const route = defineRoute({ auth: "user", input, handler: async () => ({}) });
    expect(await callRoute(route, { path: "/api/x/a1?search=%00", params: { id: "a1" }, as: tenant })).toMatchObject({ status: 400, body: { fields: { search: expect.any(String) } } });
    expect(await callRoute(route, { path: "/api/x/a1", params: { id: "a\0" }, as: tenant })).toMatchObject({ status: 404 });
  });

  it("refuses a wrong query", async () => {
    const route = defineRoute({ auth: "user", input: { query: z.object({ page: z.coerce.number().int() }) }, handler: async () => ({}) });
    expect(await callRoute(route, { path: "/api/x?page=two", as: tenant })).toMatchObject({ status: 400, body: { fields: { page: expect.any(String) } } });
  });
});

describe("401", () => {
  it("lets nobody in without a cookie, with a made-up one, or with one sealed elsewhere", async () => {
    for (const cookie of ["", "chainworks.session=", "chainworks.session=abc.def", tenant.cookie.slice(0, -4), "chainworks.session=eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..a.b.c"]) {
      expect(await post({ body: { name: "tide" }, as: { cookie } })).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
    }
  });

  it("ends access at the request after the session was ended", async () => {
    const leaving = await createTenant();
    expect(await post({ body: { name: "tide" }, as: leaving })).toMatchObject({ status: 200 });
    await endSession(await leaving.session(), leaving.sessionId, leaving.origin);
    expect(await post({ body: { name: "tide" }, as: leaving })).toMatchObject({ status: 401 });
  });

  it("is said before anything is said about the input", async () => {
    expect(await post({ text: "{", as: undefined })).toMatchObject({ status: 401 });
  });
});

describe("403", () => {
  it.each([
    [{ origin: "https://evil.example" }],
    [{ origin: "null" }],
    [{ origin: "http://127.0.0.1:3000.evil.example" }],
    [{ origin: "http://127.0.0.1:9999" }],
    [{ origin: "https://127.0.0.1:3000" }],
  ])("refuses a change that another site asks for: %j", async (headers) => {
    expect(await post({ body: { name: "tide" }, headers })).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  });

  it("also on routes that need no session", async () => {
    expect(await callRoute(publicEcho, { method: "POST", body: { name: "tide" }, headers: { origin: "https://evil.example" } })).toMatchObject({ status: 403 });
  });

  it("takes the machine's other name for itself, and lets other sites link to what is only read", async () => {
    expect(await post({ body: { name: "tide" }, headers: { origin: "http://localhost:3000" } })).toMatchObject({ status: 200 });
    const read = defineRoute({ auth: "user", handler: async () => ({}) });
    expect(await callRoute(read, { as: tenant, headers: { "sec-fetch-site": "cross-site" } })).toMatchObject({ status: 200 });
  });

  it("keeps admin routes to the portal admin", async () => {
    const route = defineRoute({ auth: "admin", handler: async ({ session }) => ({ admin: session.user.isPortalAdmin }) });
    expect(await callRoute(route, { as: tenant })).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
    expect(await callRoute(route)).toMatchObject({ status: 401 });
    expect(await callRoute(route, { as: admin })).toMatchObject({ status: 200, body: { admin: true } });
  });
});

describe("404", () => {
  it("is the answer to an address that can name nothing", async () => {
    const route = defineRoute({ auth: "user", input: { params: z.object({ id: z.string().regex(/^app_/) }) }, handler: async () => ({}) });
    expect(await callRoute(route, { params: { id: "../../etc" }, as: tenant })).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  });
});

describe("409", () => {
  it("carries what a verb says about the conflict", async () => {
    const route = defineRoute({
      auth: "user",
      handler: async () => {
        throw new AppError("CONFLICT", { subject: "application", state: "APPROVED" }, { publicMessage: "Already approved." });
      },
    });
    expect(await callRoute(route, { as: tenant })).toMatchObject({
      status: 409,
      body: { code: "CONFLICT", detail: "Already approved.", details: { subject: "application", state: "APPROVED" }, retryable: false },
    });
  });
});

describe("413", () => {
  it("stops reading a body that is too long, announced or not", async () => {
    const name = "x".repeat(70_000);
    expect(await post({ body: { name } })).toMatchObject({ status: 413, body: { code: "TOO_LARGE", details: { limitBytes: 65_536 } } });
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(0x20));
      },
    });
    const request = new Request("http://127.0.0.1:3000/api/test", { method: "POST", body: endless, duplex: "half", headers: { "content-type": "application/json", cookie: tenant.cookie } } as RequestInit);
    expect((await echo(request)).status).toBe(413);
    expect(sent).toBeLessThan(200_000);
  });

  it("lets a route take more", async () => {
    const route = defineRoute({ auth: "user", input: { body }, bodyBytesMax: 200_000, handler: async () => ({}) });
    expect(await callRoute(route, { method: "POST", as: tenant, body: { name: "x".repeat(70_000) } })).toMatchObject({ status: 200 });
  });
});

describe("429", () => {
  it("says when to come back, per person and per route", async () => {
    const limited = defineRoute({ auth: "user", rateLimit: { limit: 2, windowSeconds: 60 }, handler: async () => ({}) });
    const path = `/api/limited-${randomUUID()}` as const;
    const statuses = [];
    for (let count = 0; count < 3; count++) statuses.push((await callRoute(limited, { path, as: tenant })).status);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await callRoute(limited, { path, as: tenant });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
    expect(refused.body).toMatchObject({ code: "RATE_LIMITED", details: { retryAfterSeconds: expect.any(Number) } });
    expect(await callRoute(limited, { path, as: admin })).toMatchObject({ status: 200 });
    expect(await callRoute(limited, { path: `/api/limited-${randomUUID()}`, as: tenant })).toMatchObject({ status: 200 });
  });
});

describe("500", () => {
  it("tells the user nothing but the request's id", async () => {
    for (const fail of [() => assert(false, "balance 42 of acct_secret"), () => Promise.reject(new TypeError("x is undefined at /srv/app.js"))]) {
      const route = defineRoute({ auth: "user", handler: async () => fail() });
      const answer = await callRoute(route, { as: tenant });
      expect(answer).toMatchObject({ status: 500, body: { code: "INTERNAL", detail: expect.stringContaining(answer.headers.get("x-request-id") ?? "?") } });
      expect(JSON.stringify(answer.body)).not.toMatch(/42|undefined|srv/);
    }
  });
});

describe("503", () => {
  it("is the answer when a neighbour is away, with a hint to try again and no address of it", async () => {
    const causes = [
      Object.assign(new Error("connect ECONNREFUSED 10.0.0.7:5432"), { code: "ECONNREFUSED" }),
      Object.assign(new Error("Can't reach database server"), { name: "PrismaClientKnownRequestError", code: "P1001" }),
      new Error("wrapped", { cause: Object.assign(new Error("Connection is closed."), {}) }),
    ];
    for (const cause of causes) {
      const route = defineRoute({ auth: "user", handler: () => Promise.reject(cause) });
      const answer = await callRoute(route, { as: tenant });
      expect(answer).toMatchObject({ status: 503, body: { code: "UNAVAILABLE", retryable: true } });
      expect(answer.headers.get("retry-after")).toBe("2");
      expect(JSON.stringify(answer.body)).not.toContain("10.0.0.7");
    }
  });
});

describe("Idempotency-Key", () => {
  const make = vi.fn<(name: string) => Promise<{ id: string; name: string }>>(async (name) => ({ id: createId("application"), name }));
  const route = defineRoute({ auth: "user", status: 201, idempotent: true, input: { body }, handler: ({ body }) => make(body.name) });
  const send = (idempotencyKey: string, name: string, as: Tenant = tenant) => callRoute(route, { method: "POST", body: { name }, as, idempotencyKey });

  it("gives a repetition the first answer without doing it again", async () => {
    make.mockClear();
    const key = randomUUID();
    const [first, second] = [await send(key, "tide"), await send(key, "tide")];
    expect(first.status).toBe(201);
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(make).toHaveBeenCalledTimes(1);
  });

  it("is one person's own: another's same key does its own thing", async () => {
    const key = randomUUID();
    const [mine, theirs] = [await send(key, "tide"), await send(key, "tide", admin)];
    expect(theirs.status).toBe(201);
    expect(theirs.body).not.toEqual(mine.body);
  });

  it("with another body is refused", async () => {
    const key = randomUUID();
    await send(key, "tide");
    expect(await send(key, "ebb")).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_MISMATCH" } });
  });

  it("of a double click does it once; the second is told to wait for the first", async () => {
    make.mockClear();
    const key = randomUUID();
    let open: () => void = () => undefined;
    make.mockImplementationOnce(async (name) => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      return { id: "app_slow", name };
    });
    const first = send(key, "tide");
    await vi.waitFor(() => expect(make).toHaveBeenCalledTimes(1));
    const second = await send(key, "tide");
    expect(second).toMatchObject({ status: 409, body: { code: "CONFLICT", retryable: true } });
    expect(second.headers.get("retry-after")).toBe("2");
    open();
    expect(await first).toMatchObject({ status: 201 });
    expect(await send(key, "tide")).toMatchObject({ status: 201, body: { id: "app_slow" } });
    expect(make).toHaveBeenCalledTimes(1);
  });

  it("repeats a refusal, but lets what can heal be tried again", async () => {
    const key = randomUUID();
    make.mockRejectedValueOnce(new AppError("PAYMENT_DECLINED", { declineCode: "insufficient_funds" }, { publicMessage: "Declined." }));
    expect(await send(key, "tide")).toMatchObject({ status: 402 });
    expect(await send(key, "tide")).toMatchObject({ status: 402, body: { code: "PAYMENT_DECLINED", details: { declineCode: "insufficient_funds" } } });

    const healing = randomUUID();
    make.mockRejectedValueOnce(new AppError("UNAVAILABLE", { what: "city node" }, { publicMessage: "Away." }));
    expect(await send(healing, "tide")).toMatchObject({ status: 503 });
    make.mockRejectedValueOnce(new Error("our mistake"));
    expect(await send(healing, "tide")).toMatchObject({ status: 500 });
    expect(await send(healing, "tide")).toMatchObject({ status: 201 });
  });

  it("never keeps an answer that holds a secret", async () => {
    const secret = `ck_${randomUUID()}`;
    const secretRoute = defineRoute({ auth: "user", status: 201, idempotent: "secret-answer", input: { body }, handler: async () => ({ secret }) });
    const idempotencyKey = randomUUID();
    const call = () => callRoute(secretRoute, { method: "POST", body: { name: "tide" }, as: tenant, idempotencyKey });
    expect(await call()).toMatchObject({ status: 201, body: { secret } });
    expect(await call()).toMatchObject({ status: 409, body: { code: "CONFLICT", retryable: false } });
    const row = await getDb().idempotencyKey.findFirstOrThrow({ where: { key: idempotencyKey } });
    expect(JSON.stringify(row)).not.toContain(secret);
  });

  it("must be usable as a key", async () => {
    for (const key of ["short", "x".repeat(201), "with space in it"]) {
      expect(await send(key, "tide")).toMatchObject({ status: 400, body: { fields: { "Idempotency-Key": expect.any(String) } } });
    }
  });
});
