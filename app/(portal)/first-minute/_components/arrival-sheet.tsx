"use client";

import { useTranslations } from "next-intl";
import type { EventStreamState } from "@/app/_api/use-event-stream";
import { Hash } from "@/app/_components/ui/hash";
import { Height } from "@/app/_components/ui/height";
import { KeyValues } from "@/app/_components/ui/key-values";
import { PipeTimeline, type PipeStep } from "@/app/_components/ui/pipe-timeline";
import { Plate } from "@/app/_components/ui/plate";
import { Status } from "@/app/_components/ui/status";
import type { ApplicationView } from "@/lib/applications/client";
import type { TransactionSummary } from "@/lib/explorer/client";
import type { EndpointView } from "@/lib/sub-chains/client";
import { Elapsed } from "../../_components/elapsed";
import type { Arrival } from "../_hooks/use-arrival";
import { formatSinceStart, inWholeSeconds, minuteStart } from "./minute-clock";

type Props = Readonly<{
  application: ApplicationView;
  endpoint: EndpointView;
  arrival: Arrival | undefined;
  stream: EventStreamState;
  signedUpAtMs: number | undefined;
  copiedAtMs: number | undefined;
}>;

/** The clock of the first minute; it stops when the first transaction is there. */
export function ArrivalSheet({ application, endpoint, arrival, stream, signedUpAtMs, copiedAtMs }: Props) {
  const t = useTranslations("minute.arrival");
  const start = minuteStart(application, signedUpAtMs);
  const arrivedAtMs = arrival ? (arrival.seenAtMs ?? inWholeSeconds(start.atMs, arrival.transaction.time)) : undefined;
  const at = (ms: number | undefined) => (ms === undefined ? undefined : formatSinceStart(ms - start.atMs));
  const steps: PipeStep[] = [
    { key: "start", title: t(start.isSignUp ? "account" : "asked"), state: "done", time: at(start.atMs) },
    { key: "running", title: t("running"), state: "done", time: at(application.runningAt ? new Date(application.runningAt).getTime() : undefined) },
    // Whether one was copied is known to this page alone; after a reload nothing is claimed about it.
    ...(copiedAtMs === undefined && arrival
      ? []
      : [{ key: "copied", title: t("copied"), state: copiedAtMs === undefined ? "running" : "done", time: at(copiedAtMs), detail: copiedAtMs === undefined ? t("copiedHint") : undefined } as const]),
    {
      key: "transaction",
      title: arrival ? t("transaction", { height: arrival.transaction.height }) : t("transactionNext"),
      state: arrival ? "done" : copiedAtMs === undefined ? "next" : "running",
      time: at(arrivedAtMs),
      detail: arrival ? undefined : t("transactionHint"),
    },
  ];
  return (
    <section className="sheet overflow-hidden" aria-label={t("label")}>
      <div className="border-b border-water-line bg-water-tint px-5 pt-4 pb-4">
        <h2 className="h2" aria-live="polite">
          <Status kind={arrival ? "well" : "wait"}>{t(arrival ? "done" : "waiting")}</Status>
        </h2>
        <p className="mt-3 flex items-baseline gap-2.5">
          <span className="text-4xl leading-none font-sign tracking-tight">
            <Elapsed since={start.atMs} until={arrivedAtMs ?? null} />
          </span>
          <span className="text-ink-2">{t(`${arrival ? "after" : "since"}${start.isSignUp ? "SignUp" : "Click"}`)}</span>
        </p>
        {stream === "lost" ? <p className="mt-2 text-sm text-ink-2">{t("away")}</p> : null}
      </div>
      <div className="px-5 py-5">
        <PipeTimeline label={t("label")} steps={steps} />
      </div>
      {arrival ? <TransactionFacts transaction={arrival.transaction} applicationId={application.id} endpoint={endpoint} /> : null}
      <div className="sheet-foot px-5">{t("solo")}</div>
    </section>
  );
}

function TransactionFacts({ transaction, applicationId, endpoint }: Readonly<{ transaction: TransactionSummary; applicationId: string; endpoint: EndpointView }>) {
  const t = useTranslations("minute.arrival");
  const path = `/applications/${applicationId}`;
  return (
    <div className="border-t border-line px-5 pt-0.5 pb-2">
      <KeyValues
        items={[
          { label: t("hash"), value: <Hash value={transaction.hash} href={`${path}/transactions/${transaction.hash}`} /> },
          {
            label: t("fromTo"),
            value: (
              <>
                <Hash value={transaction.from} /> → {transaction.to ? <Hash value={transaction.to} /> : t("newContract")}
              </>
            ),
          },
          { label: t("gas"), value: <Height value={transaction.height} /> },
          { label: t("signed"), value: <Plate code={endpoint.cityNode} city={endpoint.city} /> },
        ]}
      />
    </div>
  );
}
