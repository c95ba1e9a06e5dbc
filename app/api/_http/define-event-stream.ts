import type { z } from "zod";
import type { CurrentSession, RequestOrigin } from "@/lib/identity";
import { getLogger } from "@/lib/platform";
import type { RouteAuth } from "./authenticate";
import { countStream } from "./count-stream";
import { admit, failed, type RouteHandler } from "./define-route";
import type { StreamEvent } from "./encode-event";
import { parseInput, parseParams } from "./parse-input";
import { requestOrigin } from "./request-origin";
import { routeName } from "./route-name";
import { streamOf } from "./stream-of";

interface StreamInput {
  /** Of strings: coerce what is a number. */
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
  /** Aborted when the browser goes, the session ends or the stream grows too old. Every wait must listen to it. */
  signal: AbortSignal;
  origin: RequestOrigin;
}

export interface EventStreamDefinition<I extends StreamInput> {
  auth: Exclude<RouteAuth, "public">;
  input?: I;
  /** Checks made before the stream opens, so that a refusal is a problem+json with its status. */
  before?(call: StreamCall<I>): Promise<void>;
  /** The events. When it returns, the browser is told that nothing more will come and does not reconnect. */
  events(call: StreamCall<I>): AsyncGenerator<StreamEvent, void, void>;
}

/**
 * Wrapper of routes that answer with server-sent events. Each heartbeat looks at the session's row again, so that a
 * stream ends at most 15 seconds after its session. At most 20 streams a person.
 */
export function defineEventStream<const I extends StreamInput = Record<never, never>>(definition: EventStreamDefinition<I>): RouteHandler {
  return async (request, context) => {
    const origin = requestOrigin(request.headers);
    const rawParams = await context?.params;
    const route = routeName(request, rawParams);
    try {
      const session = await admit(request, definition.auth);
      const ending = new AbortController();
      const { input } = definition;
      // The schemas decided these types; TypeScript cannot follow that through the optional input.
      const call = {
        session,
        params: input?.params ? parseParams(input.params, rawParams) : undefined,
        query: input?.query ? parseInput(input.query, Object.fromEntries(new URL(request.url).searchParams)) : undefined,
        lastEventId: request.headers.get("last-event-id")?.slice(0, 200) || undefined,
        signal: AbortSignal.any([request.signal, ending.signal]),
        origin,
      } as StreamCall<I>;
      await definition.before?.(call);
      const release = countStream(call.session.user.id);
      const log = { requestId: origin.requestId, route, userId: call.session.user.id };
      getLogger().info(log, "stream opened");
      const body = streamOf({ events: definition.events(call), sessionId: call.session.id, signal: call.signal, ending, log, release });
      return new Response(body, { headers: { ...streamHeaders, "x-request-id": origin.requestId } });
    } catch (error) {
      return failed(error, origin.requestId, route);
    }
  };
}

const streamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // nginx and its kind hold small pieces back unless told not to.
  "x-accel-buffering": "no",
};
