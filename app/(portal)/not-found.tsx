import type { Metadata } from "next";
import { useTranslations } from "next-intl";
import { getTranslations } from "next-intl/server";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Empty } from "@/app/_components/ui/empty";
import { PageHead } from "@/app/_components/ui/page-head";
import { Sheet } from "@/app/_components/ui/sheet";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("portal.notFound"))("title") };
}

/** Within the console, also for what belongs to another organisation: that it exists is nobody else's business. */
export default function PortalNotFound() {
  const t = useTranslations("portal.notFound");
  return (
    <ConsolePage crumbs={[{ label: t("what") }]}>
      <PageHead title={t("title")} />
      <Sheet label={t("what")} flush>
        <Empty title={t("what")} actions={<ButtonLink href="/applications">{t("action")}</ButtonLink>}>
          {t("text")}
        </Empty>
      </Sheet>
    </ConsolePage>
  );
}
