import type { z } from "zod";
import { AppError, findUnstorable } from "@/lib/platform";

/** @throws AppError INVALID_INPUT with one message for each wrong field (`cityNodes.0`). */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  // Before any schema looks at it: schemas of nested things call themselves.
  const unstorable = findUnstorable(value);
  if (unstorable) {
    throw new AppError("INVALID_INPUT", { fields: { [unstorable.path]: unstorable.message } }, { publicMessage: unstorable.message });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string> = {};
  for (const issue of parsed.error.issues) fields[issue.path.join(".")] ??= issue.message;
  const first = Object.values(fields)[0] ?? "";
  const publicMessage = Object.keys(fields).length === 1 ? first : "Some fields are not filled in correctly.";
  throw new AppError("INVALID_INPUT", { fields }, { publicMessage, cause: parsed.error });
}

/** An address that cannot name anything is an address of nothing. @throws AppError NOT_FOUND. */
export function parseParams<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = findUnstorable(value) ? undefined : schema.safeParse(value);
  if (parsed?.success) return parsed.data;
  throw new AppError("NOT_FOUND", { subject: "address" }, { publicMessage: "There is nothing at this address.", cause: parsed?.error });
}
