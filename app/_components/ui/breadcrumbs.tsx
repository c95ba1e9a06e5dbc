import Link from "next/link";
import { useTranslations } from "next-intl";
import { Fragment } from "react";

export type Crumb = Readonly<{ label: string; href?: string }>;

/** From the organisation down to this page. Phones show the last two. */
export function Breadcrumbs({ crumbs }: Readonly<{ crumbs: ReadonlyArray<Crumb> }>) {
  const t = useTranslations("ui");
  return (
    <nav aria-label={t("breadcrumbs")} className="crumbs">
      {crumbs.map((crumb, place) => {
        const last = place === crumbs.length - 1;
        const far = place < crumbs.length - 2 ? "max-md:hidden" : undefined;
        return (
          <Fragment key={crumb.label}>
            {crumb.href && !last ? (
              <Link href={crumb.href} className={far}>
                {crumb.label}
              </Link>
            ) : (
              <span className={far} aria-current={last ? "page" : undefined}>
                {crumb.label}
              </span>
            )}
            {last ? null : (
              <span aria-hidden="true" className={far}>
                /
              </span>
            )}
          </Fragment>
        );
      })}
    </nav>
  );
}
