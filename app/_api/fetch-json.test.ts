import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { fetchJson } from "./fetch-json";
import { onSessionEnded } from "./session-ended";

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

let server: Server;
let answer: Answer;
let seen: { method: string; headers: NodeJS.Dict<string | string[]>; body: string };

// A real server; only the address is put in front, as a browser does with its page's.
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      seen = { method: request.method ?? "", headers: request.headers, body };
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const realFetch = globalThis.fetch;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => realFetch(new URL(path, origin), init));
});
afterAll(() => void server.close());
beforeEach(() => {
  answer = { status: 200, body: "{}" };
});

const problem = (status: number, more: object): Answer => ({
  status,
  headers: { "content-type": "application/problem+json", "retry-after": "7" },
  body: JSON.stringify({ type: "urn:x", title: "X", status, detail: "Say it plainly.", requestId: "req_1", retryable: false, ...more }),
});

describe("fetchJson", () => {
  it("sends changes as JSON with their key, and reads without a body", async () => {
    await fetchJson("/api/x", { method: "POST", body: { a: 1 }, idempotencyKey: "key-12345678" });
    expect(seen).toMatchObject({ method: "POST", body: '{"a":1}', headers: { "content-type": "application/json", "idempotency-key": "key-12345678" } });
    await fetchJson("/api/x", { method: "POST" });
    expect(seen.body).toBe("{}");
    await fetchJson("/api/x");
    expect(seen).toMatchObject({ method: "GET", body: "" });
    expect(seen.headers["idempotency-key"]).toBeUndefined();
  });

  it("gives the answer as its schema has it, and undefined for an answer without content", async () => {
    answer = { status: 200, body: '{"at":"2026-11-20T12:00:00Z","extra":1}' };
    expect(await fetchJson("/api/x", { schema: z.object({ at: z.coerce.date() }) })).toEqual({ at: new Date("2026-11-20T12:00:00Z") });
    answer = { status: 204 };
    expect(await fetchJson("/api/x", { method: "DELETE" })).toBeUndefined();
  });

  it("never takes an answer of another shape for the right one", async () => {
    answer = { status: 200, body: '{"at":42}' };
    await expect(fetchJson("/api/x", { schema: z.object({ at: z.string() }) })).rejects.toThrow(z.ZodError);
  });

  it("turns a problem into an error with everything a screen needs", async () => {
    answer = problem(400, { code: "INVALID_INPUT", fields: { email: "Write an address." } });
    await expect(fetchJson("/api/x")).rejects.toMatchObject({ code: "INVALID_INPUT", status: 400, publicMessage: "Say it plainly.", fields: { email: "Write an address." }, requestId: "req_1", retryable: false, retryAfterSeconds: 7 });
    answer = problem(402, { code: "PAYMENT_DECLINED", details: { declineCode: "expired_card" } });
    await expect(fetchJson("/api/x")).rejects.toMatchObject({ code: "PAYMENT_DECLINED", details: { declineCode: "expired_card" }, fields: {} });
  });

  it("understands a proxy's own error page", async () => {
    answer = { status: 502, body: "<html>Bad gateway</html>" };
    await expect(fetchJson("/api/x")).rejects.toMatchObject({ code: "UNAVAILABLE", status: 502, retryable: true });
  });

  it("says NETWORK, and that it may be tried again, when no answer comes", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
    await expect(fetchJson("/api/x")).rejects.toMatchObject({ code: "NETWORK", status: 0, retryable: true, cause: expect.any(TypeError) });
    vi.unstubAllGlobals();
  });
});

describe("an ended session", () => {
  it("is announced to the whole page by whichever call hears of it first", async () => {
    vi.stubGlobal("window", new EventTarget());
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(problem(401, { code: "UNAUTHENTICATED" }).body, { status: 401 })));
    const heard = vi.fn<() => void>();
    const stop = onSessionEnded(heard);
    await expect(fetchJson("/api/x")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(heard).toHaveBeenCalledTimes(1);
    stop();
    await expect(fetchJson("/api/x")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(heard).toHaveBeenCalledTimes(1);
    vi.unstubAllGlobals();
  });
});
