import { z } from "zod";
import { hasCode, httpStatusOf, type AppError, type ErrorCode } from "@/lib/platform/client";

/** What the sign-in page is told. next-auth carries one text in its answer, so this travels as JSON in it. */
const failureSchema = z.object({
  code: z.enum(Object.keys(httpStatusOf) as [ErrorCode, ...ErrorCode[]]),
  publicMessage: z.string(),
  retryAfterSeconds: z.number().optional(),
});
export type SignInFailure = z.infer<typeof failureSchema>;

export function encodeSignInFailure(error: AppError): string {
  const retry = hasCode(error, "RATE_LIMITED") ? { retryAfterSeconds: error.details.retryAfterSeconds } : {};
  return JSON.stringify({ code: error.code, publicMessage: error.publicMessage, ...retry } satisfies SignInFailure);
}

/** Opposite of {@link encodeSignInFailure}; undefined for what next-auth itself says. */
export function decodeSignInFailure(text: string): SignInFailure | undefined {
  try {
    return failureSchema.safeParse(JSON.parse(text)).data;
  } catch {
    // One of next-auth's own words (`Configuration`), not ours.
    return undefined;
  }
}
