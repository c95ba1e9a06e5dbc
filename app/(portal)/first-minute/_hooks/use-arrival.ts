"use client";

import { useState } from "react";
import { useEventStream, type EventStreamState } from "@/app/_api/use-event-stream";
import { applicationEventSchema, type ApplicationView } from "@/lib/applications/client";
import type { TransactionSummary } from "@/lib/explorer/client";
import { findArrival } from "../_data/find-arrival";

export interface Arrival {
  transaction: TransactionSummary;
  /** Milliseconds since 1970 by this browser's clock; undefined when it had arrived before the page was opened. */
  seenAtMs: number | undefined;
}

/** Waits for the first transaction of a client, then stops listening. */
export function useArrival(application: ApplicationView, initial: TransactionSummary | undefined): { arrival: Arrival | undefined; stream: EventStreamState } {
  const [arrival, setArrival] = useState<Arrival | undefined>(initial ? { transaction: initial, seenAtMs: undefined } : undefined);
  const stream = useEventStream({
    path: arrival ? undefined : `/api/applications/${application.id}/events`,
    schema: applicationEventSchema,
    onEvent: (event) => {
      if (event.kind !== "ledger") return;
      const transaction = findArrival(event.page, application);
      if (transaction) setArrival((known) => known ?? { transaction, seenAtMs: Date.now() });
    },
  });
  return { arrival, stream };
}
