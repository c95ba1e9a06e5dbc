import { useTranslations } from "next-intl";
import Link from "next/link";
import { Bytes } from "@/app/_components/ui/bytes";
import { Count } from "@/app/_components/ui/count";
import { Duration } from "@/app/_components/ui/duration";
import { Empty } from "@/app/_components/ui/empty";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { HostSummary } from "@/lib/city-nodes/client";

/** City-node processes, each with what it last said of itself. */
export function HostList({ hosts }: Readonly<{ hosts: ReadonlyArray<HostSummary> }>) {
  const t = useTranslations("admin.hosts");
  return (
    <Sheet label={t("crumb")} flush foot={t("foot")}>
      <Table
        label={t("crumb")}
        rows={hosts}
        rowKey={({ id }) => id}
        empty={<Empty title={t("none")}>{t("noneText")}</Empty>}
        columns={[
          {
            key: "name",
            head: t("host"),
            cell: ({ id, name }) => (
              <Link href={`/admin/hosts/${id}`} className="font-medium">
                {name}
              </Link>
            ),
          },
          { key: "state", head: t("state"), cell: ({ alive }) => <Status kind={alive ? "well" : "fault"}>{t(alive ? "alive" : "away")}</Status> },
          {
            key: "carries",
            head: t("cityNodes"),
            fold: "under",
            cell: ({ carries }) => (
              <span className="inline-flex flex-wrap gap-1">
                {carries.map((code) => (
                  <Plate key={code} code={code} />
                ))}
              </span>
            ),
          },
          { key: "peers", head: t("peers"), right: true, cell: ({ peers }) => (peers === null ? null : <Count value={peers} />) },
          { key: "memory", head: t("memory"), right: true, cell: ({ measured }) => (measured ? <Bytes value={measured.memoryAnonymousBytes ?? measured.memoryRssBytes} /> : null) },
          { key: "cpu", head: t("processorTime"), right: true, fold: "hide", cell: ({ measured }) => (measured ? <Duration ms={measured.cpuSeconds * 1_000} /> : null) },
          { key: "disk", head: t("diskFree"), right: true, fold: "hide", cell: ({ measured }) => (measured ? <Bytes value={measured.diskFreeBytes} /> : null) },
          { key: "seen", head: t("seen"), right: true, fold: "hide", cell: ({ lastSeenAt }) => (lastSeenAt ? <Time value={lastSeenAt} /> : null) },
        ]}
      />
    </Sheet>
  );
}
