import { useTranslations } from "next-intl";
import Link from "next/link";
import { Bytes } from "@/app/_components/ui/bytes";
import { Count } from "@/app/_components/ui/count";
import { Empty } from "@/app/_components/ui/empty";
import { Hash } from "@/app/_components/ui/hash";
import { Height } from "@/app/_components/ui/height";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { BlockSummary } from "@/lib/explorer/client";

type Props = Readonly<{ applicationId: string; blocks: ReadonlyArray<BlockSummary> }>;

/** Goes into a flush Sheet. */
export function BlockTable({ applicationId, blocks }: Props) {
  const t = useTranslations("explorer");
  const path = `/applications/${applicationId}/blocks`;
  return (
    <Table
      label={t("blocks")}
      rows={blocks}
      rowKey={({ hash }) => hash}
      empty={<Empty title={t("noBlocks")}>{t("noBlocksText")}</Empty>}
      columns={[
        {
          key: "height",
          head: t("height"),
          cell: ({ height }) => (
            <Link href={`${path}/${height}`} className="font-medium">
              <Height value={height} />
            </Link>
          ),
        },
        { key: "hash", head: t("hash"), cell: ({ hash, height }) => <Hash value={hash} href={`${path}/${height}`} />, fold: "hide" },
        { key: "transactions", head: t("transactions"), right: true, cell: ({ transactionCount }) => <Count value={transactionCount} /> },
        { key: "gas", head: t("gasUsed"), right: true, fold: "hide", cell: ({ gasUsed }) => <Count value={gasUsed} /> },
        { key: "size", head: t("size"), right: true, fold: "hide", cell: ({ sizeBytes }) => <Bytes value={sizeBytes} /> },
        { key: "time", head: t("time"), right: true, cell: ({ time }) => <Time value={time} /> },
      ]}
    />
  );
}
