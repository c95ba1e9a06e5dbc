"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { useCityNodes } from "@/app/(portal)/publish/[applicationId]/_hooks/use-city-nodes";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { PageHead } from "@/app/_components/ui/page-head";
import { Time } from "@/app/_components/ui/time";
import type { ListPublicationsInput, PublicationDetail, PublicationPage } from "@/lib/applications/client";
import type { CityNodeView } from "@/lib/city-nodes/client";
import { usePublications } from "../_hooks/use-publications";
import { PublicationFilter } from "./publication-filter";
import { PublicationQueue } from "./publication-queue";
import { PublicationSheet } from "./publication-sheet";
import { publicationsPath } from "./publications-path";

type Props = Readonly<{
  filter: ListPublicationsInput;
  initial: PublicationPage;
  /** The publication on the right; undefined when there is none. */
  shown: PublicationDetail | undefined;
  /** Its address was opened: phones show it instead of the queue. */
  opened: boolean;
  cityNodes: CityNodeView[];
}>;

/** Queue left, the publication right; on phones one after the other. */
export function PublicationDesk({ filter, initial, shown, opened, cityNodes }: Props) {
  const t = useTranslations("admin.publications");
  const states = useTranslations("portal.state");
  const result = usePublications(filter, initial);
  const nodes = useCityNodes(cityNodes);
  const [oldest] = result.publications;
  const queue = filter.state === "SUBMITTED" && !filter.search;
  const crumbs = [{ label: t("crumb"), href: publicationsPath(filter) }, ...(opened && shown ? [{ label: shown.application.name }] : [])];
  return (
    <ConsolePage crumbs={crumbs}>
      <PageHead
        title={queue ? t("title", { count: result.total }) : t("titleState", { count: result.total, state: states(filter.state) })}
        subtitle={queue && oldest?.application.submittedAt ? t.rich("subtitle", { time: () => <Time value={oldest.application.submittedAt ?? ""} /> }) : t("subtitleNone")}
      />
      <div className={opened ? "max-lg:hidden" : undefined}>
        <PublicationFilter filter={filter} />
      </div>
      <div className="grid items-start gap-5 lg:grid-cols-[300px_minmax(0,1fr)] xl:grid-cols-[340px_minmax(0,1fr)]">
        <div className={opened ? "max-lg:hidden" : undefined}>
          <PublicationQueue result={result} filter={filter} currentId={shown?.application.id} />
        </div>
        {shown ? (
          <div className={opened ? "grid min-w-0 gap-3" : "min-w-0 max-lg:hidden"}>
            {opened ? (
              <Link className="lg:hidden" href={publicationsPath(filter)}>
                {t("back")}
              </Link>
            ) : null}
            <PublicationSheet key={shown.application.id} initial={shown} cityNodes={nodes} />
          </div>
        ) : null}
      </div>
    </ConsolePage>
  );
}
