import type { z } from "zod";
import { networkOf, takeRateLimit, type CurrentSession, type RequestOrigin } from "@/lib/identity";
import { getLogger, isAppError } from "@/lib/platform";
import { answerOnce } from "./answer-once";
import { authenticate, type RouteAuth } from "./authenticate";
import { checkSameOrigin } from "./check-same-origin";
import { parseInput, parseParams } from "./parse-input";
import { problemOf, problemResponse } from "./problem";
import { parseJson, readJsonText } from "./read-body";
import { requestOrigin } from "./request-origin";
import { routeName } from "./route-name";
import { worldErrorOf } from "./world-error";

export interface RouteInput {
  body?: z.ZodType;
  /** Of strings: coerce what is a number. */
  query?: z.ZodType;
  params?: z.ZodType;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler gets. */
export interface RouteCall<A extends RouteAuth, I extends RouteInput> {
  session: A extends "public" ? undefined : CurrentSession;
  body: Parsed<I["body"]>;
  query: Parsed<I["query"]>;
  params: Parsed<I["params"]>;
  /** Request id, address and browser: pass it to verbs that write audit rows. */
  origin: RequestOrigin;
  request: Request;
}

export interface RouteDefinition<A extends RouteAuth, I extends RouteInput> {
  auth: A;
  input?: I;
  /** Status of a successful answer with content; without content it is 204. Default 200. */
  status?: 200 | 201 | 202;
  /** Calls in a window, counted per user, or per address where nobody is signed in. */
  rateLimit?: { limit: number; windowSeconds: number };
  /**
   * Honours the Idempotency-Key header: the same key gets the stored answer. `secret-answer`: the answer holds a secret
   * and is not stored; a repetition is told that it was done. Needs a signed-in caller.
   */
  idempotent?: A extends "public" ? false : boolean | "secret-answer";
  /** Default 64 KiB. */
  bodyBytesMax?: number;
  /** Gives what becomes the JSON answer; undefined: 204; a Response where headers are needed. Throws AppError. */
  handler(call: RouteCall<A, I>): Promise<unknown>;
}

/** What Next calls. The context is always there in Next; tests may leave it out for a route without parameters. */
export type RouteHandler = (request: Request, context?: { params: Promise<unknown> }) => Promise<Response>;

const bodyBytesMaxDefault = 64 * 1024;

/**
 * The one wrapper of all API routes: request id → same-origin check → session → rate limit → input → handler → answer,
 * with every error as problem+json and one line in the log.
 */
export function defineRoute<A extends RouteAuth, const I extends RouteInput = Record<never, never>>(definition: RouteDefinition<A, I>): RouteHandler {
  return async (request, context) => {
    const startedAt = performance.now();
    const origin = requestOrigin(request.headers);
    const rawParams = await context?.params;
    const route = routeName(request, rawParams);
    let userId: string | undefined;
    let response: Response;
    try {
      const session = await admit(request, definition.auth);
      userId = session?.user.id;
      response = await run({ definition, request, rawParams, route, origin, session });
    } catch (error) {
      response = failed(error, origin.requestId, route);
    }
    response.headers.set("x-request-id", origin.requestId);
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    getLogger().info({ requestId: origin.requestId, route, status: response.status, ms: Math.round(performance.now() - startedAt), userId }, "request");
    return response;
  };
}

/** Checks who asks and from where. @throws AppError UNAUTHENTICATED, FORBIDDEN. */
export async function admit(request: Request, auth: RouteAuth): Promise<CurrentSession | undefined> {
  if (isChange(request.method)) checkSameOrigin(request.headers);
  return auth === "public" ? undefined : authenticate(request.headers, auth);
}

/** The answer to any error; logs what is not the user's own doing. */
export function failed(thrown: unknown, requestId: string, route: string): Response {
  const error = isAppError(thrown) ? thrown : (worldErrorOf(thrown) ?? thrown);
  const problem = problemOf(error, requestId);
  if (problem.status >= 500) getLogger().error({ requestId, route, err: error }, problem.status === 503 ? "neighbour away" : "request failed");
  return problemResponse(problem, error);
}

interface Run<A extends RouteAuth, I extends RouteInput> {
  definition: RouteDefinition<A, I>;
  request: Request;
  rawParams: unknown;
  route: string;
  origin: RequestOrigin;
  session: CurrentSession | undefined;
}

async function run<A extends RouteAuth, I extends RouteInput>({ definition, request, rawParams, route, origin, session }: Run<A, I>): Promise<Response> {
  const { input, rateLimit, idempotent, status = 200, bodyBytesMax = bodyBytesMaxDefault } = definition;
  if (rateLimit) await takeRateLimit({ name: `route ${route}`, subject: session?.user.id ?? networkOf(origin.ipAddress), ...rateLimit });

  const params = input?.params ? parseParams(input.params, rawParams) : undefined;
  const query = input?.query ? parseInput(input.query, Object.fromEntries(new URL(request.url).searchParams)) : undefined;
  const text = input?.body ? await readJsonText(request, bodyBytesMax) : "";
  const body = input?.body ? parseInput(input.body, parseJson(text)) : undefined;

  // The schemas decided these types; TypeScript cannot follow that through the optional input.
  const call = { session, body, query, params, origin, request } as RouteCall<A, I>;
  const answer = () => definition.handler(call);
  const key = request.headers.get("idempotency-key");
  if (session && idempotent && key !== null) {
    const { pathname, search } = new URL(request.url);
    const content = `${pathname}${search}\n${text}`;
    return answerOnce({ userId: session.user.id, route, key, content }, { status, storeAnswer: idempotent !== "secret-answer", requestId: origin.requestId }, answer);
  }
  return toResponse(await answer(), status);
}

export function toResponse(value: unknown, status: number): Response {
  if (value instanceof Response) return value;
  return value === undefined ? new Response(null, { status: 204 }) : Response.json(value, { status });
}

function isChange(method: string): boolean {
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
}
