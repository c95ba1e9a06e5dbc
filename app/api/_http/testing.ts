import { randomBytes } from "node:crypto";
import { sessionCookie } from "@/app/_session/session-cookie";
import { findSession, signUp, type CurrentSession, type RequestOrigin } from "@/lib/identity";
import { getDb, getEnv } from "@/lib/platform";
import type { RouteHandler } from "./define-route";

/** Somebody who calls routes: a person who signed up, with an organisation of one, and the cookie of their browser. */
export interface Tenant {
  email: string;
  password: string;
  userId: string;
  organisationId: string;
  sessionId: string;
  cookie: string;
  origin: RequestOrigin;
  /** Read anew from the rows; fails when the session is over. */
  session(): Promise<CurrentSession>;
}

/** A tenant who shares nothing with any other; make two to show that one cannot reach the other's rows. */
export async function createTenant(input: { name?: string; organisation?: string } = {}): Promise<Tenant> {
  const chance = randomBytes(9);
  const email = `tenant-${chance.toString("hex")}@example.com`;
  const password = `kelp ${randomBytes(9).toString("hex")} turbine`;
  // An address of its own, so that tests do not use up each other's rate limits.
  const origin = { requestId: `req_${chance.toString("hex")}`, ipAddress: `10.${chance[0]}.${chance[1]}.${chance[2]}`, userAgent: "curl/8.5.0" };
  const { userId, organisationId, sessionId, mail } = await signUp({ ...input, email, password }, origin);
  await mail;
  const [cookie = ""] = (await sessionCookie(sessionId)).split(";");
  const session = async () => {
    const current = await findSession(sessionId);
    if (!current) throw new Error("the session is over");
    return current;
  };
  return { email, password, userId, organisationId, sessionId, cookie, origin, session };
}

/** A tenant who is also portal admin. */
export async function createAdmin(): Promise<Tenant> {
  const tenant = await createTenant();
  await getDb().user.update({ where: { id: tenant.userId }, data: { portalRole: "ADMIN" } });
  return tenant;
}

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

export interface ReceivedEvent {
  event: string;
  id: string | undefined;
  data: unknown;
}

/** Reads a stream until it ends or `count` events have come, then lets it go as a closed tab does. */
export async function readEvents(response: Response, count: number): Promise<ReceivedEvent[]> {
  const events: ReceivedEvent[] = [];
  let buffer = "";
  const decoder = new TextDecoder();
  const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
  while (events.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    const blocks = (buffer + decoder.decode(value, { stream: true })).split("\n\n");
    buffer = blocks.pop() ?? "";
    events.push(...blocks.flatMap(parseBlock));
  }
  await reader.cancel();
  return events;
}

function parseBlock(block: string): ReceivedEvent[] {
  const field = (name: string) => block.split("\n").find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = field("data");
  return data === undefined ? [] : [{ event: field("event") ?? "message", id: field("id"), data: JSON.parse(data) }];
}

function isStream(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}
