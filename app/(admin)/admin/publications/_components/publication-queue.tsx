import { useTranslations } from "next-intl";
import Link from "next/link";
import { Framework } from "@/app/(portal)/_components/framework";
import { classNames } from "@/app/_components/ui/class-names";
import { Empty } from "@/app/_components/ui/empty";
import { Money } from "@/app/_components/ui/money";
import { Pagination } from "@/app/_components/ui/pagination";
import { Sheet } from "@/app/_components/ui/sheet";
import { Tag } from "@/app/_components/ui/tag";
import { Time } from "@/app/_components/ui/time";
import type { ListPublicationsInput, PublicationPage, PublicationView } from "@/lib/applications/client";
import { publicationsPath } from "./publications-path";

type Props = Readonly<{ result: PublicationPage; filter: ListPublicationsInput; currentId: string | undefined }>;

/** Who waits, the longest wait first; each line is a page of its own. */
export function PublicationQueue({ result, filter, currentId }: Props) {
  const t = useTranslations("admin.publications");
  const { publications, total, page, pageSize } = result;
  return (
    <div className="grid gap-3">
      <Sheet label={t("queue")} flush>
        {publications.length === 0 ? (
          <Empty title={filter.state === "SUBMITTED" && !filter.search ? t("noneTitle") : t("noMatch")}>{filter.state === "SUBMITTED" && !filter.search ? t("noneText") : t("noMatchText")}</Empty>
        ) : (
          <ul>
            {publications.map((publication) => (
              <Line key={publication.application.id} publication={publication} href={publicationsPath(filter, publication.application.id)} current={publication.application.id === currentId} />
            ))}
          </ul>
        )}
      </Sheet>
      {total > pageSize ? (
        <Pagination
          from={Math.min((page - 1) * pageSize + 1, total)}
          to={Math.min(page * pageSize, total)}
          total={total}
          previousHref={page > 1 ? publicationsPath({ ...filter, page: page - 1 }) : undefined}
          nextHref={page * pageSize < total ? publicationsPath({ ...filter, page: page + 1 }) : undefined}
        />
      ) : null}
    </div>
  );
}

function Line({ publication, href, current }: Readonly<{ publication: PublicationView; href: string; current: boolean }>) {
  const t = useTranslations("admin.money");
  const { application, invoice } = publication;
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        href={href}
        aria-current={current ? "true" : undefined}
        className={classNames("grid gap-1.5 px-4 py-3 text-ink no-underline hover:bg-hover", current && "bg-enamel-tint shadow-[inset_3px_0_0_var(--enamel-ink)]")}
      >
        <span className="flex items-baseline justify-between gap-3">
          <span className="min-w-0 truncate font-medium">{application.name}</span>
          <span className="text-sm text-ink-2">{application.submittedAt ? <Time value={application.submittedAt} /> : null}</span>
        </span>
        <span className="truncate text-sm text-ink-2">{application.organisation.name}</span>
        <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 text-sm">
          <Framework code={application.framework} />
          {invoice ? (
            <span className="inline-flex items-center gap-2">
              <Money minor={invoice.amountMinor} currency={invoice.currency} />
              {invoice.book === "TEST" ? <Tag>{t("test")}</Tag> : null}
            </span>
          ) : null}
        </span>
      </Link>
    </li>
  );
}
