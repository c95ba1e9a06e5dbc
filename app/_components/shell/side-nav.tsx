"use client";

import { useLocale } from "next-intl";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { formatCount } from "../ui/format-count";
import { Icon } from "../ui/icon";
import { currentHref, type NavSection } from "./navigation";

/** Below 1101 px only the icons show; the words stay for screen readers and as titles. */
export function SideNav({ sections }: Readonly<{ sections: ReadonlyArray<NavSection> }>) {
  const locale = useLocale();
  const current = currentHref(
    usePathname(),
    sections.flatMap((section) => section.links.map((link) => link.href)),
  );
  return sections.map((section) => (
    <nav key={section.title} className="nav" aria-label={section.title}>
      <p className="nav-title">{section.title}</p>
      {section.links.map((link) => (
        <Link key={link.href} href={link.href} className="nav-link" title={link.label} aria-current={link.href === current ? "page" : undefined}>
          <Icon name={link.icon} />
          {link.label}
          {link.count === undefined ? null : <span className="nav-count">{formatCount(link.count, locale)}</span>}
        </Link>
      ))}
    </nav>
  ));
}
