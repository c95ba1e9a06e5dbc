"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import { Skeleton } from "@/app/_components/ui/skeleton";
import { isExplored } from "@/lib/applications/client";
import { quorumOf } from "@/lib/control/client";
import type { EndpointView, SubChainView } from "@/lib/sub-chains/client";
import { EvidenceNotes } from "../../../_components/finality/evidence-notes";
import { LiveMark } from "../../../_components/live-mark";
import { useSilentCityNodes } from "../_hooks/use-silent-city-nodes";
import { ApplicationFrame } from "./application-frame";
import type { StateProps } from "./application-overview";
import { BlockTable } from "./block-table";
import { ChaincodeSheet } from "./chaincode-sheet";
import { ChannelSheet } from "./channel-sheet";
import { ConnectSheet } from "./connect-sheet";
import { FinalityChangeNote } from "./finality-change-note";
import { InvoiceLink } from "./application-facts";
import { PeersSheet } from "./peers-sheet";
import { QuotaSheet } from "./quota-sheet";
import { RunningFacts } from "./running-facts";
import { RunningLine } from "./running-line";
import { TransactionTable } from "./transaction-table";

/** How many rows of each table stand on the overview. */
const rowsShown = 6;

export function RunningState({ live, rights, contract }: StateProps) {
  const t = useTranslations("application.running");
  const { detail, ledger, meters, stream } = live;
  const { application, subChain, invoice } = detail;
  const silent = useSilentCityNodes();
  const path = `/applications/${application.id}`;
  const stopped = subChain?.endpoints.find((endpoint) => endpoint.state === "STOPPED");
  return (
    <ApplicationFrame
      application={application}
      subtitle={subChain ? <RunningLine subChain={subChain} height={ledger?.height} silent={silent} /> : undefined}
      actions={
        rights.keys && isExplored(application.framework) ? (
          <ButtonLink href={`${path}/keys`} look="primary" icon="key">
            {t("makeKey")}
          </ButtonLink>
        ) : undefined
      }
    >
      {stopped ? (
        <Note kind="bad" title={t("stoppedTitle", { city: stopped.city })} announce>
          {stopped.problem ?? t("stoppedUnknown")} {subChain ? <StopMeans stopped={stopped} subChain={subChain} silent={silent} /> : null}
        </Note>
      ) : null}
      {subChain ? <EvidenceNotes subChain={subChain} /> : null}
      {subChain?.change ? <FinalityChangeNote applicationId={application.id} change={subChain.change} mayChange={rights.write} /> : null}
      {subChain ? <RunningFacts application={application} subChain={subChain} /> : null}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_348px]">
        <div className="grid min-w-0 gap-5">
          {subChain ? <PeersSheet name={application.name} subChain={subChain} silent={silent} mayChange={rights.write} /> : null}
          {isExplored(application.framework) ? (
            <>
              <Sheet title={t("transactions")} flush aside={<Aside stream={stream} href={`${path}/transactions`} />}>
                {ledger ? <TransactionTable applicationId={application.id} transactions={ledger.transactions.slice(0, rowsShown)} contract={contract} /> : <Away />}
              </Sheet>
              <Sheet title={t("blocks")} flush aside={<Aside stream={stream} href={`${path}/blocks`} />}>
                {ledger ? <BlockTable applicationId={application.id} blocks={ledger.blocks.slice(0, rowsShown)} /> : <Away />}
              </Sheet>
            </>
          ) : null}
          {subChain?.fabric ? <ChaincodeSheet contractPackage={application.contractPackage} /> : null}
        </div>
        <div className="grid min-w-0 gap-5">
          {meters ? <QuotaSheet meters={meters} /> : <Skeleton lines={4} />}
          {subChain?.fabric ? <ChannelSheet applicationId={application.id} subChain={subChain} channel={subChain.fabric} mayMakeKits={rights.keys} /> : null}
          {subChain && !subChain.fabric ? <ConnectSheet applicationId={application.id} subChain={subChain} /> : null}
          {invoice ? (
            <Sheet title={t("invoice")}>
              <InvoiceLink invoice={invoice} />
            </Sheet>
          ) : null}
        </div>
      </div>
    </ApplicationFrame>
  );
}

/** Whether writing goes on without it. */
function StopMeans({ stopped, subChain: { finality, endpoints }, silent }: Readonly<{ stopped: EndpointView; subChain: SubChainView; silent: ReadonlySet<string> }>) {
  const t = useTranslations("application.running");
  if (finality === "solo") return t(stopped.orders ? "stoppedOrders" : "stoppedFollows");
  const left = endpoints.filter(({ state, cityNode }) => state === "OPEN" && !silent.has(cityNode)).length;
  const quorum = quorumOf(finality, endpoints.length);
  return t(left >= quorum ? "stoppedEnough" : "stoppedTooFew", { left, quorum });
}

function Aside({ stream, href }: Readonly<{ stream: StateProps["live"]["stream"]; href: string }>) {
  const t = useTranslations("application.running");
  return (
    <span className="inline-flex items-center gap-3 text-sm">
      <LiveMark stream={stream} />
      <Link href={href}>{t("all")}</Link>
    </span>
  );
}

/** The ledger is read from its city node; while that is away the rest of the page holds. */
function Away() {
  const t = useTranslations("application.running");
  return (
    <div className="p-4">
      <Note kind="wait" title={t("awayTitle")}>
        {t("awayText")}
      </Note>
    </div>
  );
}
