"use client";

import type { ReactNode } from "react";
import type { ApiError } from "@/app/_api/api-error";
import { useErrorText } from "@/app/_api/use-error-text";
import { Note } from "@/app/_components/ui/note";

type Props = Readonly<{
  error: ApiError | undefined;
  /** Instead of the error's own words, where the screen knows a better way out. */
  children?: ReactNode;
  actions?: ReactNode;
}>;

/** What went wrong with the whole form, read out at once; nothing while all is well. */
export function FailureNote({ error, children, actions }: Props) {
  const errorText = useErrorText();
  if (!error) return null;
  return (
    <Note kind="bad" announce {...(actions ? { actions } : {})}>
      {children ?? errorText(error)}
    </Note>
  );
}
