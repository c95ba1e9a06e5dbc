"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { Duration } from "@/app/_components/ui/duration";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Sheet } from "@/app/_components/ui/sheet";
import { Skeleton } from "@/app/_components/ui/skeleton";
import { TitleBlock } from "@/app/_components/ui/title-block";
import type { ApplicationDetail } from "@/lib/applications";
import type { PriceQuote } from "@/lib/billing/client";
import type { TransactionSummary } from "@/lib/explorer/client";
import { FinalityName } from "../../_components/finality/finality-name";
import { Framework } from "../../_components/framework";
import { ClientSnippets } from "../../_snippets/client-snippets";
import { useArrival } from "../_hooks/use-arrival";
import { useFirstKey } from "../_hooks/use-first-key";
import { ArrivalSheet } from "./arrival-sheet";
import { ConnectionSheet } from "./connection-sheet";
import { MinuteShell } from "./minute-shell";
import { NextLinks } from "./next-links";

type Props = Readonly<{
  detail: ApplicationDetail;
  arrival: TransactionSummary | undefined;
  price: PriceQuote;
  signedUpAtMs: number | undefined;
  /** This page saw it open. */
  watched: boolean;
}>;

/** Snippet left, arrival right; on phones the arrival comes first. */
export function RunningView({ detail, arrival: initialArrival, price, signedUpAtMs, watched }: Props) {
  const t = useTranslations("minute");
  const finality = useTranslations("finality");
  const errorText = useErrorText();
  const { application, subChain } = detail;
  const key = useFirstKey(application.id, t("page"), watched);
  const { arrival, stream } = useArrival(application, initialArrival);
  const [copiedAtMs, setCopiedAtMs] = useState<number>();
  const endpoint = subChain?.endpoints[0];
  if (!subChain || !endpoint) return null;

  const openedMs = application.runningAt ? new Date(application.runningAt).getTime() - new Date(application.createdAt).getTime() : 0;
  const words = { time: () => <Duration ms={openedMs} />, city: endpoint.city };
  // Nobody shall copy a program that lacks the key which comes a moment later.
  const making = watched && !key.issued && !key.error;
  const offer = key.issued ? null : (
    <Button size="sm" icon="key" loading={key.pending} onClick={key.make}>
      {t("key.make")}
    </Button>
  );
  return (
    <MinuteShell name={subChain.slug} expiresAt={application.expiresAt} consoleHref={`/applications/${application.id}`}>
      <div className="flex flex-wrap items-start justify-between gap-4">
        <PageHead
          large
          title={t.rich("running.title", { chain: (chain) => <span className="whitespace-nowrap">{chain}</span> })}
          subtitle={arrival ? t.rich("running.arrived", { ...words, height: arrival.transaction.height }) : t.rich("running.opened", words)}
        />
        <TitleBlock
          className="max-md:w-full"
          facts={[
            { label: t("running.framework"), value: <Framework code={subChain.framework} /> },
            { label: t("running.cityNode"), value: endpoint.city },
            { label: finality("title"), value: <FinalityName finality={subChain.finality} peers={subChain.endpoints.length} /> },
          ]}
        />
      </div>
      {key.error ? (
        <Note kind="bad" title={t("key.failed")} announce actions={<Button size="sm" onClick={key.make}>{t("key.retry")}</Button>}>
          {errorText(key.error)}
        </Note>
      ) : null}
      {key.issued && !key.issued.effective ? <Note kind="wait">{t("key.later")}</Note> : null}
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="grid min-w-0 gap-4 max-lg:order-last">
          {making ? (
            <Sheet label={t("key.making")}>
              <Skeleton lines={10} label={t("key.making")} />
            </Sheet>
          ) : (
            <ClientSnippets
              target={{ url: endpoint.url, chainId: subChain.chainId, name: subChain.slug, key: key.issued?.key }}
              foot={offer}
              onCopy={() => setCopiedAtMs((known) => known ?? Date.now())}
            />
          )}
          <ConnectionSheet endpoint={endpoint} subChain={subChain} secret={key.issued?.key} />
        </div>
        <ArrivalSheet application={application} endpoint={endpoint} arrival={arrival} stream={stream} signedUpAtMs={signedUpAtMs} copiedAtMs={copiedAtMs} />
      </div>
      <NextLinks applicationId={application.id} price={price} />
    </MinuteShell>
  );
}
