"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { Icon } from "../ui/icon";
import { Menu, type MenuItem } from "../ui/menu";
import { currentHref, type NavLink, type NavSection } from "./navigation";

type Props = Readonly<{ links: ReadonlyArray<NavLink>; sections: ReadonlyArray<NavSection> }>;

/** On phones: up to four places at the thumb, the others under "More". */
export function TabBar({ links, sections }: Props) {
  const t = useTranslations("shell");
  const hrefs = sections.flatMap((section) => section.links.map((link) => link.href));
  const current = currentHref(usePathname(), hrefs);
  const items = sections.flatMap((section): ReadonlyArray<MenuItem> => [
    { kind: "label", key: section.title, label: section.title },
    ...section.links.map((link) => ({ kind: "link", key: link.href, label: link.label, href: link.href, icon: link.icon, current: link.href === current }) as const),
  ]);
  return (
    <nav className="tabbar" aria-label={t("sections")}>
      {links.slice(0, 4).map((link) => (
        <Link key={link.href} href={link.href} aria-current={link.href === current ? "page" : undefined}>
          <Icon name={link.icon} size={18} />
          {link.shortLabel ?? link.label}
        </Link>
      ))}
      <Menu
        side="top"
        items={items}
        trigger={
          <button type="button">
            <Icon name="list" size={18} />
            {t("more")}
          </button>
        }
      />
    </nav>
  );
}
