"use client";

import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { ApiError } from "@/app/_api/api-error";
import type { IssuedAccessKey } from "@/lib/access-keys/client";
import { useIssueAccessKey } from "../../_hooks/use-issue-access-key";

interface FirstKey {
  /** In this page's memory alone; gone with a reload. */
  issued: IssuedAccessKey | undefined;
  pending: boolean;
  error: ApiError | undefined;
  make: () => void;
}

/** A key for the snippets: made by itself for who watched the sub-chain open, else when asked for. */
export function useFirstKey(applicationId: string, label: string, atOnce: boolean): FirstKey {
  const [issued, setIssued] = useState<IssuedAccessKey>();
  const issue = useIssueAccessKey(applicationId, setIssued);
  const make = () => issue.mutate({ label, scope: "WRITE", kind: "HEADER" });
  const asked = useRef(false);
  const makeOnce = useEffectEvent(() => {
    // Development draws twice; one key is enough.
    if (asked.current) return;
    asked.current = true;
    make();
  });
  useEffect(() => {
    if (atOnce) makeOnce();
  }, [atOnce]);
  return { issued, pending: issue.isPending, error: issue.error ?? undefined, make };
}
