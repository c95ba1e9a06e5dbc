import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Count } from "@/app/_components/ui/count";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { Hash } from "@/app/_components/ui/hash";
import { Height } from "@/app/_components/ui/height";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { Time } from "@/app/_components/ui/time";
import { Textarea } from "@/app/_components/ui/textarea";
import { TitleBlock } from "@/app/_components/ui/title-block";
import { isExplored } from "@/lib/applications";
import { getBlockCertificate, getTransaction, type TransactionView } from "@/lib/explorer";
import { readCall } from "@/lib/templates";
import { ApplicationFrame } from "../../_components/application-frame";
import { CallSheet } from "../../_components/call-sheet";
import { formatEther } from "../../_components/format-ether";
import { LedgerAway } from "../../_components/ledger-away";
import { LogList } from "../../_components/log-list";
import { FinalityCertificate } from "../../../../_components/finality/finality-certificate";
import { orNotFound } from "../../../../_data/or-not-found";
import { readApplication } from "../../_data/read-application";
import { readOrAway } from "../../_data/read-or-away";

type Props = Readonly<{ params: Promise<{ applicationId: string; hash: string }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("explorer"))("transaction") };
}

export default async function TransactionPage({ params }: Props) {
  const [{ applicationId, hash }, t, locale] = await Promise.all([params, getTranslations("explorer"), getLocale()]);
  const { caller, detail } = await readApplication(applicationId);
  if (!isExplored(detail.application.framework)) notFound();
  const transaction = await orNotFound(readOrAway(getTransaction(caller, applicationId, hash)));
  const path = `/applications/${applicationId}`;
  const crumbs = [{ label: t("transactions"), href: `${path}/transactions` }, { label: t("transaction") }];
  if (!transaction) {
    return (
      <ApplicationFrame application={detail.application} title={t("transaction")} crumbs={crumbs}>
        <LedgerAway />
      </ApplicationFrame>
    );
  }
  const certificate = await readOrAway(getBlockCertificate(caller, applicationId, transaction.height));
  const value = formatEther(transaction.value, locale);
  const isOwn = transaction.to !== null && transaction.to.toLowerCase() === detail.subChain?.contractAddress?.toLowerCase();
  const call = isOwn ? readCall(detail.application.contractPackage, transaction.input) : undefined;
  const words = { amount: value, selector: call?.name ?? transaction.selector ?? "" };
  return (
    <ApplicationFrame
      application={detail.application}
      title={t(`transactionTitle.${kindOf(transaction)}`, words)}
      status={
        <Status kind={transaction.succeeded ? "well" : "fault"} badge>
          {t(transaction.succeeded ? "succeeded" : "failed")}
        </Status>
      }
      subtitle={<Hash value={transaction.hash} whole copyName={t("transactionHash")} />}
      crumbs={crumbs}
    >
      <TitleBlock
        even
        facts={[
          {
            label: t("height"),
            value: (
              <Link href={`${path}/blocks/${transaction.height}`}>
                <Height value={transaction.height} />
              </Link>
            ),
          },
          { label: t("written"), value: <Time value={transaction.time} /> },
          { label: t("from"), value: <Hash value={transaction.from} copyName={t("address")} /> },
          { label: t("gasUsed"), value: t("gasOf", { used: transaction.gasUsed, limit: transaction.gasLimit }) },
        ]}
      />
      {transaction.succeeded ? null : (
        <Note kind="bad" title={t("failedTitle")}>
          {t("failedText")}
        </Note>
      )}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_372px]">
        <div className="grid min-w-0 gap-5">
          {call && call.arguments.length > 0 ? <CallSheet call={call} /> : null}
          <Sheet title={t("detailTitle")}>
            <KeyValues
              items={[
                { label: t("written"), value: <Time value={transaction.time} show="moment" /> },
                { label: t("from"), value: <Hash value={transaction.from} whole /> },
                { label: t("to"), value: transaction.to ? <Hash value={transaction.to} whole /> : t("newContract") },
                ...(transaction.contractAddress ? [{ label: t("contract"), value: <Hash value={transaction.contractAddress} whole copyName={t("contract")} /> }] : []),
                { label: t("value"), value },
                { label: t("place"), value: <Count value={transaction.index} /> },
                { label: t("nonce"), value: <Count value={transaction.nonce} /> },
                { label: t("type"), value: <Count value={transaction.type} /> },
                { label: t("blockHash"), value: <Hash value={transaction.blockHash} whole /> },
              ]}
            />
          </Sheet>
          <Sheet title={t("inputTitle")} aside={<InputSize input={transaction.input} />}>
            {transaction.input === "0x" ? (
              <p className="text-ink-2">{t("inputNone")}</p>
            ) : (
              <div className="flex items-start justify-between gap-3">
                <Textarea readOnly mono rows={Math.min(10, Math.ceil(transaction.input.length / 80))} value={transaction.input} aria-label={t("inputTitle")} className="min-h-0 break-all" />
                <CopyButton text={transaction.input} name={t("inputName")} iconOnly />
              </div>
            )}
          </Sheet>
          <Sheet title={t("logsTitle")} aside={<span className="text-sm text-ink-2">{t("logsCount", { count: transaction.logs.length })}</span>}>
            <LogList logs={transaction.logs} />
          </Sheet>
        </div>
        <FinalityCertificate height={transaction.height} certificate={certificate} peers={detail.subChain?.endpoints ?? []} />
      </div>
    </ApplicationFrame>
  );
}

async function InputSize({ input }: Readonly<{ input: string }>) {
  const t = await getTranslations("explorer");
  return <span className="text-sm text-ink-2">{t("inputBytes", { count: (input.length - 2) / 2 })}</span>;
}

function kindOf({ succeeded, to, selector }: TransactionView): "failed" | "create" | "transfer" | "call" {
  if (!succeeded) return "failed";
  if (to === null) return "create";
  return selector === null ? "transfer" : "call";
}
