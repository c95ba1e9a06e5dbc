"use client";

import { useState } from "react";
import type { ApplicationDetail } from "@/lib/applications";
import type { PriceQuote } from "@/lib/billing/client";
import type { TransactionSummary } from "@/lib/explorer/client";
import type { OpenedTest } from "../_hooks/use-open-test";
import { OpeningView } from "./opening-view";
import { RunningView } from "./running-view";
import { StartView } from "./start-view";

type Props = Readonly<{
  price: PriceQuote;
  /** When the account was made, milliseconds since 1970. */
  signedUpAtMs: number | undefined;
  /** The test sub-chain that is there already. */
  initial: { detail: ApplicationDetail; arrival: TransactionSummary | undefined } | undefined;
}>;

/** The minute after sign-up: a click, a sub-chain, a snippet, a transaction. */
export function FirstMinute({ price, signedUpAtMs, initial }: Props) {
  const [opened, setOpened] = useState<OpenedTest>();
  const [running, setRunning] = useState(initial?.detail.application.state === "RUNNING" ? initial.detail : undefined);
  const operationId = opened?.operationId ?? initial?.detail.operation?.id;
  const applicationId = opened?.applicationId ?? initial?.detail.application.id;

  if (running) {
    // Who watched it open gets a key at once; after a reload one has to ask for another.
    return <RunningView detail={running} arrival={initial?.arrival} price={price} signedUpAtMs={signedUpAtMs} watched={running !== initial?.detail} />;
  }
  if (operationId !== undefined && applicationId !== undefined) {
    return <OpeningView operationId={operationId} applicationId={applicationId} initial={opened ? undefined : (initial?.detail.operation ?? undefined)} onRunning={setRunning} />;
  }
  return <StartView onOpened={open} />;

  function open(next: OpenedTest) {
    // A reload comes back to this sub-chain.
    window.history.replaceState(null, "", `/first-minute?application=${next.applicationId}`);
    setOpened(next);
  }
}
