import { findSession } from "@/lib/identity";
import { getLogger } from "@/lib/platform";
import { encodeEvent, heartbeat, reconnectHint, type StreamEvent } from "./encode-event";

interface OpenStream {
  events: AsyncGenerator<StreamEvent, void, void>;
  sessionId: string;
  /** Tells the generator to stop: the browser went, or `ending` was aborted. */
  signal: AbortSignal;
  ending: AbortController;
  log: Record<string, unknown>;
  /** Called once, when the stream is over in whatever way. */
  release: () => void;
}

export const heartbeatMs = 15_000;
/** A stream older than this is closed; the browser reconnects by itself with the id of its last event. */
const lifetimeMsMax = 30 * 60_000;

/**
 * The bytes of a stream of events. Pulled one event at a time, so that a slow browser slows the source down instead of
 * filling memory. Ends with `done` (nothing more will come), `session-ended`, or without a word, upon which browsers reconnect.
 */
export function streamOf({ events, sessionId, signal, ending, log, release }: OpenStream): ReadableStream<Uint8Array> {
  let over = false;
  let beat: NodeJS.Timeout | undefined;
  let lifetime: NodeJS.Timeout | undefined;

  const stop = (): boolean => {
    if (over) return false;
    over = true;
    clearInterval(beat);
    clearTimeout(lifetime);
    release();
    ending.abort();
    events.return().catch((error: unknown) => noteFailure(error));
    return true;
  };
  const finish = (controller: ReadableStreamDefaultController<Uint8Array>, last?: StreamEvent) => {
    if (!stop()) return;
    if (last) controller.enqueue(encodeEvent(last));
    controller.close();
  };
  const noteFailure = (error: unknown) => {
    // Sources stop by the signal's own error: that is the expected way out.
    if (!(error instanceof Error && error.name === "AbortError")) getLogger().error({ ...log, err: error }, "stream failed");
  };
  const checkSession = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    try {
      const session = await findSession(sessionId);
      if (over) return;
      if (session) controller.enqueue(heartbeat);
      else finish(controller, { event: "session-ended", data: {} });
    } catch (error) {
      // Without the database nobody can say whether the session still counts; the browser will ask again.
      noteFailure(error);
      finish(controller);
    }
  };

  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(reconnectHint);
      beat = setInterval(() => void checkSession(controller), heartbeatMs);
      lifetime = setTimeout(() => finish(controller), lifetimeMsMax);
      signal.addEventListener("abort", () => finish(controller), { once: true });
      if (signal.aborted) finish(controller);
    },
    async pull(controller) {
      try {
        const next = await events.next();
        if (over) return;
        if (next.done) finish(controller, { event: "done", data: {} });
        else controller.enqueue(encodeEvent(next.value));
      } catch (error) {
        noteFailure(error);
        finish(controller);
      }
    },
    cancel() {
      stop();
    },
  });
}
