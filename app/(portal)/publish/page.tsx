import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import Link from "next/link";
import { PlainShell } from "@/app/_components/shell/plain-shell";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { PageHead } from "@/app/_components/ui/page-head";
import { PipeTimeline } from "@/app/_components/ui/pipe-timeline";
import { Sheet } from "@/app/_components/ui/sheet";
import { Time } from "@/app/_components/ui/time";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { listApplications } from "@/lib/applications";
import { quotePlan } from "@/lib/billing";
import { PriceSheet } from "./_components/price-sheet";
import { StartButton } from "./_components/start-button";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("publish.start"))("title") };
}

/** Where a publication begins, or goes on. */
export default async function PublishPage() {
  const [session, t] = await Promise.all([requireCurrentSession("/publish"), getTranslations("publish.start")]);
  const { applications: drafts } = await listApplications({ session }, { state: "DRAFT" });
  return (
    <PlainShell wide context={t("title")} end={<ButtonLink href="/applications">{t("leave")}</ButtonLink>} homeHref="/applications">
      <div className="grid gap-5">
        <PageHead large title={t("head")} subtitle={t("subtitle")} />
        <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_340px]">
          <div className="grid gap-5">
            {drafts.length > 0 ? (
              <Sheet title={t("drafts")} flush>
                <ul>
                  {drafts.map((draft) => (
                    <li key={draft.id} className="flex flex-wrap items-center justify-between gap-3 border-b border-line px-4 py-3 last:border-0">
                      <span className="min-w-0">
                        <Link className="font-medium" href={`/publish/${draft.id}`}>
                          {draft.name || t("unnamed")}
                        </Link>
                        <span className="block text-xs text-ink-2">{t.rich("changed", { time: () => <Time value={draft.updatedAt} /> })}</span>
                      </span>
                      <ButtonLink size="sm" href={`/publish/${draft.id}`}>
                        {t("continue")}
                      </ButtonLink>
                    </li>
                  ))}
                </ul>
              </Sheet>
            ) : null}
            <Sheet title={t("how")}>
              <PipeTimeline
                plan
                label={t("how")}
                steps={(["describe", "pay", "approve", "run"] as const).map((key) => ({ key, state: "next" as const, title: t(`way.${key}.title`), detail: t(`way.${key}.text`) }))}
              />
            </Sheet>
            <StartButton primary={drafts.length === 0} />
          </div>
          <PriceSheet quote={quotePlan("STANDARD")} />
        </div>
      </div>
    </PlainShell>
  );
}
