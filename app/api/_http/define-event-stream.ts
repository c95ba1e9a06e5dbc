import { findSession, type CurrentSession, type RequestOrigin } from "@/lib/identity";
import { AppError, getLogger, singleton } from "@/lib/platform";
import type { z } from "zod";
import type { RouteAuth } from "./authenticate";
import { admit, failed, type RouteHandler } from "./define-route";
import { encodeEvent, heartbeat, type StreamEvent } from "./encode-event";
import { parseInput, parseParams } from "./parse-input";
import { requestOrigin } from "./request-origin";
import { routeName } from "./route-name";

interface StreamInput {
  query?: z.ZodType;
  params?: z.ZodType;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface StreamCall<I extends StreamInput> {
  session: CurrentSession;
  query: Parsed<I["query"]>;
  params: Parsed<I["params"]>;
  /** Id of the last event that the browser saw before it reconnected. */
  lastEventId: string | undefined;
  /** Aborted when the browser goes, the session ends or the stream gets too old. Waits must listen to it. */
  signal: AbortSignal;
  origin: RequestOrigin;
}

export interface EventStreamDefinition<I extends StreamInput> {
  auth: Exclude<RouteAuth, "public">;
  input?: I;
  /** Checks before the stream opens, so that a refusal is a problem+json with its status. */
  before?(call: StreamCall<I>): Promise<void>;
  /** The events; when it returns, the browser is told that nothing more will come and does not reconnect. */
  events(call: StreamCall<I>): AsyncGenerator<StreamEvent, void, void>;
}

const heartbeatMs = 15_000;
/** A stream older than this is closed; the browser reconnects by itself with the id of its last event. */
const lifetimeMsMax = 30 * 60_000;
/** Streams of one person in this process: several tabs, each with one or two. */
const streamsPerUserMax = 20;

/**
 * Wrapper of routes that answer with server-sent events. Each heartbeat looks at the session's row again: a stream
 * ends at most 15 seconds after its session.
 */
export function defineEventStream<const I extends StreamInput = Record<never, never>>(definition: EventStreamDefinition<I>): RouteHandler {
  return async (request, context) => {
    const origin = requestOrigin(request.headers);
    const rawParams = await context?.params;
    const route = routeName(request, rawParams);
    const ending = new AbortController();
    try {
      const session = await admit(request, definition.auth);
      if (!session) throw new TypeError("a stream always has a session");
      const { input } = definition;
      const call = {
        session,
        params: input?.params ? parseParams(input.params, rawParams) : undefined,
        query: input?.query ? parseInput(input.query, Object.fromEntries(new URL(request.url).searchParams)) : undefined,
        lastEventId: request.headers.get("last-event-id")?.slice(0, 200) || undefined,
        signal: AbortSignal.any([request.signal, ending.signal]),
        origin,
      } as StreamCall<I>;
      await definition.before?.(call);
      const release = countStream(session.user.id);
      const body = streamOf({ events: definition.events(call), sessionId: session.id, ending, signal: call.signal, origin, route, release });
      getLogger().info({ requestId: origin.requestId, route, status: 200, userId: session.user.id }, "stream opened");
      return new Response(body, {
        headers: {
          "content-type": "text/event-stream; charset=utf-8",
          "cache-control": "no-store, no-transform",
          // nginx and its kind hold small pieces back unless told not to.
          "x-accel-buffering": "no",
          "x-request-id": origin.requestId,
        },
      });
    } catch (error) {
      return failed(error, origin.requestId, route);
    }
  };
}

interface OpenStream {
  events: AsyncGenerator<StreamEvent, void, void>;
  sessionId: string;
  ending: AbortController;
  signal: AbortSignal;
  origin: RequestOrigin;
  route: string;
  release: () => void;
}

function streamOf({ events, sessionId, ending, signal, origin, route, release }: OpenStream): ReadableStream<Uint8Array> {
  const log = { requestId: origin.requestId, route };
  let wake: (() => void) | undefined;
  let closed = false;
  let beat: NodeJS.Timeout | undefined;
  let lifetime: NodeJS.Timeout | undefined;

  const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    const close = (last?: StreamEvent) => {
      if (closed) return;
      closed = true;
      clearInterval(beat);
      clearTimeout(lifetime);
      release();
      wake?.();
      if (last && !request(signal)) controller.enqueue(encodeEvent(last));
      if (!request(signal)) controller.close();
      ending.abort();
    };
    const request = (one: AbortSignal) => one.aborted && !ending.signal.aborted;
    signal.addEventListener("abort", () => close());
    void start;
  };
  return new ReadableStream({ start });
}
