import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { PageHead } from "@/app/_components/ui/page-head";
import { listHostSummaries } from "@/lib/city-nodes";
import { requirePortalAdmin } from "../../../_data/require-portal-admin";
import { HostList } from "../_components/host-list";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("admin.hosts"))("crumb") };
}

export default async function HostsPage() {
  const [, t] = await Promise.all([requirePortalAdmin("/admin/hosts"), getTranslations("admin.hosts")]);
  const hosts = await listHostSummaries();
  const away = hosts.filter(({ alive }) => !alive).length;
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <PageHead title={away > 0 ? t("titleAway", { count: away, total: hosts.length }) : t("title", { count: hosts.length })} subtitle={t("subtitle")} />
      <HostList hosts={hosts} />
    </ConsolePage>
  );
}
