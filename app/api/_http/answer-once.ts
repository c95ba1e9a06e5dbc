import { beginIdempotentRequest, finishIdempotentRequest, releaseIdempotentRequest, type IdempotentRequest } from "@/lib/identity";
import { AppError, isAppError } from "@/lib/platform";
import { problemOf } from "./problem";

/** A stored answer that is an error is a problem's body; the header says so again when it is repeated. */
const repeated = { "idempotency-replayed": "true", "cache-control": "no-store" };

/**
 * Runs the handler once per key: a repetition gets the first one's answer. An error that can heal gives the key back.
 * @throws AppError INVALID_INPUT (unusable key), IDEMPOTENCY_MISMATCH, CONFLICT (still under way, or the answer was a secret).
 */
export async function answerOnce(
  request: IdempotentRequest,
  { status, storeAnswer, requestId }: { status: number; storeAnswer: boolean; requestId: string },
  answer: () => Promise<unknown>,
): Promise<Response> {
  if (!/^[\x21-\x7e]{8,200}$/.test(request.key)) {
    const publicMessage = "Idempotency-Key must be 8 to 200 visible ASCII characters.";
    throw new AppError("INVALID_INPUT", { fields: { "Idempotency-Key": publicMessage } }, { publicMessage });
  }
  const stored = await beginIdempotentRequest(request);
  if (stored) return replay(stored, storeAnswer);

  let value: unknown;
  try {
    value = await answer();
  } catch (error) {
    await settle(request, error, requestId);
    throw error;
  }
  if (value instanceof Response) throw new TypeError(`${request.route} is idempotent and must give data, not a Response`);
  const text = value === undefined ? undefined : JSON.stringify(value);
  await finishIdempotentRequest(request, {
    status: text === undefined ? 204 : status,
    body: text === undefined || !storeAnswer ? undefined : JSON.parse(text),
  });
  return text === undefined
    ? new Response(null, { status: 204 })
    : new Response(text, { status, headers: { "content-type": "application/json" } });
}

/** Only an answer that would be the same again is kept: a refusal. What can heal, or is our mistake, may be tried again. */
async function settle(request: IdempotentRequest, error: unknown, requestId: string): Promise<void> {
  const isFinal = isAppError(error) && !error.retryable && error.status < 500 && error.code !== "RATE_LIMITED";
  if (!isFinal) return releaseIdempotentRequest(request);
  const problem = problemOf(error, requestId);
  await finishIdempotentRequest(request, { status: problem.status, body: JSON.parse(JSON.stringify(problem)) });
}

function replay(stored: { status: number; body: unknown }, storeAnswer: boolean): Response {
  if (stored.status === 204) return new Response(null, { status: 204, headers: repeated });
  if (stored.status < 400 && !storeAnswer) {
    throw new AppError("CONFLICT", { subject: "request" }, {
      publicMessage: "This was done already. Its answer held a secret that is shown once and is not kept.",
    });
  }
  const type = stored.status >= 400 ? "application/problem+json" : "application/json";
  return new Response(JSON.stringify(stored.body), { status: stored.status, headers: { ...repeated, "content-type": type } });
}
