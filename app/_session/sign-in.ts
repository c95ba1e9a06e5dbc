import { z } from "zod";
import { ApiError } from "@/app/_api/api-error";
import { httpStatusOf } from "@/lib/platform/client";
import { decodeSignInFailure } from "./sign-in-failure";

const csrfSchema = z.object({ csrfToken: z.string() });
const answerSchema = z.object({ url: z.string() });

/**
 * Signs the browser in by next-auth's credentials flow: its CSRF token first, then address and password.
 * @throws ApiError, UNAUTHENTICATED when they do not belong together.
 */
export async function signIn(input: { email: string; password: string }): Promise<void> {
  // The token lives in a cookie of the browser's session; when that was just renewed elsewhere, the second try has it.
  for (let attempt = 0; attempt < 2; attempt++) {
    const { csrfToken } = csrfSchema.parse(await call("/api/auth/csrf"));
    const form = new URLSearchParams({ csrfToken, email: input.email, password: input.password, json: "true" });
    const url = new URL(answerSchema.parse(await call("/api/auth/callback/credentials", form)).url, window.location.origin);
    if (url.searchParams.get("csrf") === "true") continue;
    const failure = url.searchParams.get("error");
    if (failure !== null) throw toApiError(failure);
    return;
  }
  throw new ApiError({ code: "FORBIDDEN", status: 403, publicMessage: "Your browser did not keep our cookie. Allow cookies for this site and try again.", retryable: true });
}

async function call(path: string, form?: URLSearchParams): Promise<unknown> {
  try {
    const response = await fetch(path, { method: form ? "POST" : "GET", ...(form ? { body: form } : {}), credentials: "same-origin", signal: AbortSignal.timeout(30_000) });
    // Refusals of the flow are 401 with an address that says why; anything else is no answer of it.
    if (!response.ok && response.status !== 401) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (cause) {
    throw new ApiError({ code: "NETWORK", status: 0, publicMessage: "The portal did not answer. Check your connection and try again.", retryable: true, cause });
  }
}

function toApiError(text: string): ApiError {
  const failure = decodeSignInFailure(text);
  if (!failure) return new ApiError({ code: "INTERNAL", status: 500, publicMessage: "Something went wrong on our side. Try again.", retryable: true });
  return new ApiError({ ...failure, status: httpStatusOf[failure.code], retryable: failure.code === "UNAVAILABLE" });
}
