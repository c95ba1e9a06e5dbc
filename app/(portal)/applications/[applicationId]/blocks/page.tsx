import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Sheet } from "@/app/_components/ui/sheet";
import { ApplicationFrame } from "../_components/application-frame";
import { BlockTable } from "../_components/block-table";
import { FindInLedger } from "../_components/find-in-ledger";
import { LedgerAway } from "../_components/ledger-away";
import { LedgerPages } from "../_components/ledger-pages";
import { readLedgerPage } from "../_data/read-ledger-page";

type Props = Readonly<{ params: Promise<{ applicationId: string }>; searchParams: Promise<{ from?: string | string[] }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("explorer"))("blocks") };
}

export default async function BlocksPage({ params, searchParams }: Props) {
  const [{ applicationId }, { from }, t] = await Promise.all([params, searchParams, getTranslations("explorer")]);
  const { application, page } = await readLedgerPage(applicationId, from);
  return (
    <ApplicationFrame
      application={application}
      title={page ? t("blocksTitle", { height: page.height }) : t("blocks")}
      subtitle={t("blocksText")}
      crumbs={[{ label: t("blocks") }]}
      actions={<FindInLedger applicationId={applicationId} />}
    >
      {page ? (
        <>
          <Sheet label={t("blocks")} flush>
            <BlockTable applicationId={applicationId} blocks={page.blocks} />
          </Sheet>
          <LedgerPages path={`/applications/${applicationId}/blocks`} page={page} />
        </>
      ) : (
        <LedgerAway />
      )}
    </ApplicationFrame>
  );
}
