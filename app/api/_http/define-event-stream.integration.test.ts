import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { endSession } from "@/lib/identity";
import { AppError } from "@/lib/platform";
import { defineEventStream } from "./define-event-stream";
import { heartbeatMs } from "./stream-of";
import { callRoute, createTenant, readEvents, type Tenant } from "./testing";

let tenant: Tenant;
beforeAll(async () => {
  tenant = await createTenant();
});
afterEach(() => {
  vi.useRealTimers();
});

const counting = defineEventStream({
  auth: "user",
  input: { params: z.object({ id: z.string().regex(/^op_/) }) },
  async *events({ lastEventId, params }) {
    for (let count = Number(lastEventId ?? 0) + 1; count <= 3; count++) yield { id: String(count), data: { count, of: params.id } };
  },
});

/** Never says anything, until it is told to stop. */
function createSilent() {
  const stopped = vi.fn<() => void>();
  const route = defineEventStream({
    auth: "user",
    async *events({ signal }) {
      try {
        await wait(3_600_000, undefined, { signal });
        yield { data: "never" };
      } finally {
        stopped();
      }
    },
  });
  return { route, stopped };
}

/** Reads the first piece, as a browser does at once: from then on the source is asked for events. */
async function begin(response: Response) {
  const reader = response.body!.getReader();
  await reader.read();
  return reader;
}

const open = (handler: Parameters<typeof callRoute>[0], options: Parameters<typeof callRoute>[1] = {}) => callRoute(handler, { as: tenant, ...options });

describe("200", () => {
  it("sends every event in order and says when nothing more will come", async () => {
    const { response, headers } = await open(counting, { params: { id: "op_1" } });
    expect(headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(headers.get("x-accel-buffering")).toBe("no");
    expect(await readEvents(response, 10)).toEqual([
      { event: "message", id: "1", data: { count: 1, of: "op_1" } },
      { event: "message", id: "2", data: { count: 2, of: "op_1" } },
      { event: "message", id: "3", data: { count: 3, of: "op_1" } },
      { event: "done", id: undefined, data: {} },
    ]);
  });

  it("goes on after the last event that the browser saw", async () => {
    const { response } = await open(counting, { params: { id: "op_1" }, headers: { "last-event-id": "2" } });
    expect((await readEvents(response, 10)).map((one) => one.id)).toEqual(["3", undefined]);
  });

  it("takes events from the source only as fast as the browser reads them", async () => {
    let made = 0;
    const flood = defineEventStream({
      auth: "user",
      async *events() {
        while (made < 100_000) yield { data: made++ };
      },
    });
    const { response } = await open(flood);
    await wait(100);
    expect(made).toBeLessThan(10);
    expect(await readEvents(response, 50)).toHaveLength(50);
    await wait(50);
    expect(made).toBeLessThan(200);
  });

  it("never lets data break out of its event", async () => {
    const sly = defineEventStream({
      auth: "user",
      async *events() {
        yield { id: "1\ndata: forged", event: "a\n\nb", data: "x\n\ndata: forged" };
      },
    });
    const { response } = await open(sly);
    expect(await readEvents(response, 1)).toEqual([{ event: "a  b", id: "1 data: forged", data: "x\n\ndata: forged" }]);
  });
});

describe("the end of a stream", () => {
  it("stops the source when the browser goes", async () => {
    const { route, stopped } = createSilent();
    const leaving = new AbortController();
    const { response } = await open(route, { signal: leaving.signal });
    await begin(response);
    expect(stopped).not.toHaveBeenCalled();
    leaving.abort();
    await vi.waitFor(() => expect(stopped).toHaveBeenCalledTimes(1));
  });

  it("stops the source when the reader is cancelled without an abort", async () => {
    const { route, stopped } = createSilent();
    const { response } = await open(route);
    const reader = await begin(response);
    await reader.cancel();
    await vi.waitFor(() => expect(stopped).toHaveBeenCalledTimes(1));
  });

  it("comes with the heartbeat after the session was ended, and the browser is told why", async () => {
    const leaving = await createTenant();
    const { route, stopped } = createSilent();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { response } = await open(route, { as: leaving });
    const reading = readEvents(response, 1);
    await vi.advanceTimersByTimeAsync(heartbeatMs);
    await endSession(await leaving.session(), leaving.sessionId, leaving.origin);
    expect(stopped).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(heartbeatMs);
    expect(await reading).toEqual([{ event: "session-ended", id: undefined, data: {} }]);
    await vi.waitFor(() => expect(stopped).toHaveBeenCalledTimes(1));
  });

  it("comes without `done` when the source fails, so that the browser tries again", async () => {
    const failing = defineEventStream({
      auth: "user",
      async *events() {
        yield { data: 1 };
        throw new Error("the database went away");
      },
    });
    const { response } = await open(failing);
    expect(await readEvents(response, 10)).toEqual([{ event: "message", id: undefined, data: 1 }]);
  });
});

describe("401", () => {
  it("is a problem, not a stream", async () => {
    expect(await callRoute(counting, { params: { id: "op_1" } })).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
  });
});

describe("403", () => {
  it("keeps admin streams to the portal admin", async () => {
    const route = defineEventStream({ auth: "admin", async *events() {} });
    expect(await open(route)).toMatchObject({ status: 403 });
  });
});

describe("404", () => {
  it("is said before the stream opens", async () => {
    expect(await open(counting, { params: { id: "nothing" } })).toMatchObject({ status: 404 });
    const guarded = defineEventStream({
      auth: "user",
      before: async () => {
        throw new AppError("NOT_FOUND", { subject: "operation" }, { publicMessage: "There is no such operation." });
      },
      async *events() {},
    });
    expect(await open(guarded)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  });
});

describe("429", () => {
  it("limits the open streams of one person and counts closed ones off", async () => {
    const many = await createTenant();
    const { route } = createSilent();
    const streams = await Promise.all(Array.from({ length: 20 }, () => open(route, { as: many })));
    expect(streams.every((one) => one.status === 200)).toBe(true);
    expect(await open(route, { as: many })).toMatchObject({ status: 429, body: { code: "RATE_LIMITED" } });
    expect((await open(route)).status).toBe(200);
    await streams[0]?.response.body?.cancel();
    const again = await open(route, { as: many });
    expect(again.status).toBe(200);
    await Promise.all([...streams.slice(1), again].map((one) => one.response.body?.cancel()));
  });
});
