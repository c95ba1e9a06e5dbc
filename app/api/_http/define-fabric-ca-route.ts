import { answerCall, refuseCall, type CaHttpAnswer } from "@/lib/fabric-ca";
import { getLogger } from "@/lib/platform";
import type { RouteHandler } from "./define-route";
import { readText } from "./read-body";
import { requestOrigin } from "./request-origin";
import { worldErrorOf } from "./world-error";

/** The longest body, a request for a certificate with 64 attributes, has some 80 KiB. */
const bodyBytesMax = 128 * 1024;

/**
 * Wrapper of the calls of Fabric CA's clients: its own envelope for answers and refusals, and one line in the log with the
 * reason that the client is not told. No cookie is read here, so a page of another site can do nothing in a visitor's name.
 */
export function defineFabricCaRoute(): RouteHandler {
  return async (request) => {
    const startedAt = performance.now();
    const origin = requestOrigin(request.headers);
    const { pathname, search } = new URL(request.url);
    let answer: CaHttpAnswer;
    try {
      const body = await readText(request, bodyBytesMax);
      answer = await answerCall({ method: request.method, uri: pathname + search, authorization: request.headers.get("authorization") ?? undefined, body, origin });
    } catch (error) {
      answer = failed(error, origin.requestId);
    }
    const headers = new Headers({ ...answer.headers, "content-type": "application/json", "cache-control": "no-store", "x-request-id": origin.requestId });
    const route = `${request.method} /api/v1/${pathname.split("/")[3] ?? ""}`;
    getLogger().info({ requestId: origin.requestId, route, status: answer.status, ms: Math.round(performance.now() - startedAt), reason: answer.reason }, "request");
    return new Response(answer.body, { status: answer.status, headers });
  };
}

function failed(thrown: unknown, requestId: string): CaHttpAnswer {
  const error = worldErrorOf(thrown) ?? thrown;
  try {
    return refuseCall(error);
  } catch {
    getLogger().error({ requestId, err: error }, "request failed");
    const message = `Something went wrong on our side. If it happens again, tell us the request ${requestId}.`;
    return { status: 500, headers: {}, body: JSON.stringify({ result: "", errors: [{ code: 0, message }], messages: [], success: false }) };
  }
}
