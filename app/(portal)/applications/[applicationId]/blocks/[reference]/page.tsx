import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Bytes } from "@/app/_components/ui/bytes";
import { Count } from "@/app/_components/ui/count";
import { Hash } from "@/app/_components/ui/hash";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { Time } from "@/app/_components/ui/time";
import { TitleBlock } from "@/app/_components/ui/title-block";
import { isExplored } from "@/lib/applications";
import { getBlock, getBlockCertificate } from "@/lib/explorer";
import { ApplicationFrame } from "../../_components/application-frame";
import { LedgerAway } from "../../_components/ledger-away";
import { TransactionTable } from "../../_components/transaction-table";
import { FinalityCertificate } from "../../../../_components/finality/finality-certificate";
import { orNotFound } from "../../../../_data/or-not-found";
import { contractWords } from "../../_data/contract-words";
import { readApplication } from "../../_data/read-application";
import { readOrAway } from "../../_data/read-or-away";

type Props = Readonly<{ params: Promise<{ applicationId: string; reference: string }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("explorer"))("block") };
}

export default async function BlockPage({ params }: Props) {
  const [{ applicationId, reference }, t] = await Promise.all([params, getTranslations("explorer")]);
  const { caller, detail } = await readApplication(applicationId);
  if (!isExplored(detail.application.framework)) notFound();
  const block = await orNotFound(readOrAway(getBlock(caller, applicationId, reference)));
  const path = `/applications/${applicationId}`;
  const crumbs = [{ label: t("blocks"), href: `${path}/blocks` }];
  if (!block) {
    return (
      <ApplicationFrame application={detail.application} title={t("block")} crumbs={[...crumbs, { label: t("block") }]}>
        <LedgerAway />
      </ApplicationFrame>
    );
  }
  const certificate = block.height === 0 ? undefined : await readOrAway(getBlockCertificate(caller, applicationId, block.height));
  return (
    <ApplicationFrame
      application={detail.application}
      title={t("blockTitle", { height: block.height })}
      status={
        <Status kind="well" badge>
          {t("finalTitle")}
        </Status>
      }
      subtitle={t.rich("blockSubtitle", { count: block.transactions.length, time: () => <Time value={block.time} /> })}
      crumbs={[...crumbs, { label: t("blockTitle", { height: block.height }) }]}
    >
      <TitleBlock
        even
        facts={[
          { label: t("written"), value: <Time value={block.time} /> },
          { label: t("gas"), value: <Count value={block.gasUsed} /> },
          { label: t("size"), value: <Bytes value={block.sizeBytes} /> },
        ]}
      />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_372px]">
        <div className="grid min-w-0 gap-5">
          <Sheet title={t("transactions")} flush>
            <TransactionTable applicationId={applicationId} transactions={block.transactions} contract={contractWords(detail)} />
          </Sheet>
          <Sheet title={t("headerTitle")}>
            <KeyValues
              items={[
                { label: t("written"), value: <Time value={block.time} show="moment" /> },
                { label: t("blockHash"), value: <Hash value={block.hash} whole copyName={t("blockHash")} /> },
                {
                  label: t("parentHash"),
                  value:
                    block.height === 0 ? (
                      t("genesis")
                    ) : (
                      <Link href={`${path}/blocks/${block.height - 1}`} className="hash break-all">
                        {block.parentHash}
                      </Link>
                    ),
                },
                { label: t("stateRoot"), value: <Hash value={block.stateRoot} whole /> },
                { label: t("transactionsRoot"), value: <Hash value={block.transactionsRoot} whole /> },
                { label: t("receiptsRoot"), value: <Hash value={block.receiptsRoot} whole /> },
              ]}
            />
          </Sheet>
        </div>
        <FinalityCertificate height={block.height} certificate={certificate} peers={detail.subChain?.endpoints ?? []} />
      </div>
    </ApplicationFrame>
  );
}
