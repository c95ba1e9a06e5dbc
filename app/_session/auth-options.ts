import type { NextAuthOptions } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { requestOrigin } from "@/app/api/_http/request-origin";
import { worldErrorOf } from "@/app/api/_http/world-error";
import { sessionAbsoluteMs, sessionIdSchema, signIn, signInSchema } from "@/lib/identity";
import { AppError, getEnv, getLogger, getSecrets, isAppError } from "@/lib/platform";
import { isSecure, sessionCookieName, sessionIdOf } from "./session-cookie";
import { encodeSignInFailure } from "./sign-in-failure";

/**
 * next-auth's part: the CSRF token, the credentials flow and the sealed cookie. Its credentials sessions are tokens
 * only, so the token carries the id of a session row and nothing else; `authenticate` and `getCurrentSession` read the
 * row on each request. Its own session endpoint is not offered: it drops the cookie whenever the database is away.
 */
export function authOptions(): NextAuthOptions {
  const cookieOptions = { httpOnly: true, sameSite: "lax" as const, path: "/", secure: isSecure() };
  const hostPrefix = isSecure() ? "__Host-" : "";
  return {
    secret: getSecrets().authSecret,
    session: { strategy: "jwt", maxAge: sessionAbsoluteMs / 1000 },
    useSecureCookies: isSecure(),
    cookies: {
      sessionToken: { name: sessionCookieName(), options: cookieOptions },
      csrfToken: { name: `${hostPrefix}chainworks.csrf`, options: cookieOptions },
      callbackUrl: { name: `${hostPrefix}chainworks.return`, options: cookieOptions },
    },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    providers: [
      Credentials({
        credentials: { email: {}, password: {} },
        authorize: async (credentials, request) => {
          const headers = new Headers(Object.entries(request.headers ?? {}).map(([name, value]) => [name, String(value)]));
          const origin = requestOrigin(headers);
          try {
            const { userId, sessionId } = await signIn(signInSchema.parse(credentials), origin, await sessionIdOf(headers));
            return { id: userId, sessionId };
          } catch (error) {
            const refusal = asAppError(error, origin.requestId);
            getLogger().info({ requestId: origin.requestId, code: refusal.code, ipAddress: origin.ipAddress }, "sign-in refused");
            throw new Error(encodeSignInFailure(refusal), { cause: error });
          }
        },
      }),
    ],
    callbacks: {
      // The flow's own redirects are answered to fetch as data and not followed; none may lead out of the portal.
      redirect: () => getEnv().PUBLIC_URL,
      jwt: ({ token, user }) => ({ sessionId: sessionIdSchema.parse(user ? user.sessionId : token.sessionId) }),
    },
    logger: {
      error: (code) => getLogger().info({ code }, "sign-in flow"),
      warn: (code) => getLogger().debug({ code }, "sign-in flow"),
      debug: () => undefined,
    },
  };
}

/** What the sign-in page may be told; anything unforeseen is logged under its request id and told as INTERNAL. */
function asAppError(error: unknown, requestId: string): AppError {
  if (isAppError(error)) return error;
  if (error instanceof Error && error.name === "ZodError") {
    return new AppError("UNAUTHENTICATED", {}, { publicMessage: "This e-mail address and password do not belong together.", cause: error });
  }
  const world = worldErrorOf(error);
  getLogger().error({ requestId, err: world ?? error }, "sign-in failed");
  return world ?? new AppError("INTERNAL", {}, { publicMessage: `Something went wrong on our side. If it happens again, tell us the request ${requestId}.`, cause: error });
}
