import { getEnv } from "@/lib/platform";
import type { RouteHandler } from "../define-route";

export interface RouteCallOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Default `/api/test`. */
  path?: `/${string}`;
  params?: Record<string, string | string[]>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  text?: string;
  headers?: Record<string, string>;
  as?: { cookie: string } | undefined;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface RouteAnswer {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined for an answer without content. */
  body: unknown;
  response: Response;
}

/** The request as a browser at the portal's own address sends it. */
export function createRequest(options: RouteCallOptions = {}): Request {
  const { method = "GET", path = "/api/test", body, text, headers, as, idempotencyKey, signal } = options;
  const origin = new URL(getEnv().PUBLIC_URL).origin;
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return new Request(new URL(path, origin), {
    method,
    headers: {
      ...(method === "GET" ? {} : { origin, "content-type": "application/json" }),
      ...(as ? { cookie: as.cookie } : {}),
      ...(idempotencyKey ? { "idempotency-key": idempotencyKey } : {}),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
    ...(signal ? { signal } : {}),
  });
}

/** Calls a route's exported function as Next does. */
export async function callRoute(handler: RouteHandler, options: RouteCallOptions = {}): Promise<RouteAnswer> {
  const response = await handler(createRequest(options), { params: Promise.resolve(options.params ?? {}) });
  const text = isStream(response) ? "" : await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text), response };
}

function isStream(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}
