"use client";

import { useField } from "./field";

type Given = Readonly<{ id?: string | undefined; required?: boolean | undefined; "aria-describedby"?: string | undefined; "aria-invalid"?: unknown }>;

/** The attributes that tie an input to the Field around it; what the caller gave wins. */
export function useFieldAttributes(given: Given) {
  const field = useField();
  const described = [given["aria-describedby"], field?.errorId, field?.hintId].filter(Boolean).join(" ");
  return {
    id: given.id ?? field?.id,
    required: given.required ?? (field?.required || undefined),
    "aria-describedby": described || undefined,
    "aria-invalid": given["aria-invalid"] !== undefined ? Boolean(given["aria-invalid"]) || undefined : field?.errorId ? true : undefined,
  } as const;
}
