"use client";

import { useEffect, useEffectEvent, useState } from "react";
import type { z } from "zod";
import { announceSessionEnded, onSessionResumed } from "./session-ended";

/** `lost`: the connection broke, the next try is under way; `done`: nothing more will come. */
export type EventStreamState = "connecting" | "open" | "lost" | "done" | "session-ended";

interface EventStreamOptions<T> {
  /** Undefined: no stream. */
  path: `/${string}` | undefined;
  schema: z.ZodType<T>;
  onEvent: (data: T, id: string) => void;
}

const retryMsFirst = 1_000;
const retryMsMax = 15_000;

/**
 * Follows a stream made by `defineEventStream`. The browser reconnects by itself with the last event's id; where the
 * server refused (it was restarting), this tries again with growing pauses. Events that do not fit the schema are
 * skipped: an older page must survive a newer portal.
 */
export function useEventStream<T>({ path, schema, onEvent }: EventStreamOptions<T>): EventStreamState {
  const [last, setLast] = useState<{ path: string; state: EventStreamState }>();
  const receive = useEffectEvent((message: MessageEvent<string>) => {
    const parsed = schema.safeParse(JSON.parse(message.data));
    if (parsed.success) onEvent(parsed.data, message.lastEventId);
  });

  useEffect(() => {
    if (!path) return;
    let source: EventSource | undefined;
    let timer: number | undefined;
    let retryMs = retryMsFirst;
    let over = false;

    const setState = (state: EventStreamState) => setLast({ path, state });
    const end = (state: EventStreamState) => {
      source?.close();
      setState(state);
    };
    const connect = () => {
      source = new EventSource(path);
      source.addEventListener("open", () => {
        retryMs = retryMsFirst;
        setState("open");
      });
      source.addEventListener("message", receive);
      source.addEventListener("done", () => {
        over = true;
        end("done");
      });
      source.addEventListener("session-ended", () => {
        end("session-ended");
        announceSessionEnded();
      });
      source.addEventListener("error", () => {
        setState("lost");
        // Still CONNECTING: the browser tries by itself. CLOSED: the answer was an error, and it has given up.
        if (source?.readyState !== EventSource.CLOSED) return;
        timer = window.setTimeout(connect, retryMs);
        retryMs = Math.min(retryMs * 2, retryMsMax);
      });
    };

    connect();
    const stopListening = onSessionResumed(() => {
      if (source?.readyState !== EventSource.CLOSED || over) return;
      window.clearTimeout(timer);
      connect();
    });
    return () => {
      stopListening();
      window.clearTimeout(timer);
      source?.close();
    };
  }, [path]);

  return last && last.path === path ? last.state : "connecting";
}
