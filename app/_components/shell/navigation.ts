import type { IconName } from "../ui/icon";

export type NavLink = Readonly<{
  href: string;
  label: string;
  /** For the bar on phones, where a fifth of the width has to do. */
  shortLabel?: string;
  icon: IconName;
  /** How many there are, at the right end. */
  count?: number;
}>;

export type NavSection = Readonly<{ title: string; links: ReadonlyArray<NavLink> }>;

/** The link a page stands under: the one whose address is the longest beginning of the page's. */
export function currentHref(pathname: string, hrefs: ReadonlyArray<string>): string | undefined {
  return hrefs
    .filter((href) => pathname === href || pathname.startsWith(href.endsWith("/") ? href : `${href}/`))
    .reduce<string | undefined>((longest, href) => (longest === undefined || href.length > longest.length ? href : longest), undefined);
}
