"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";

type Props = Readonly<{
  label: string;
  /** `exact` marks the first page of a section, whose address begins all the others. */
  links: ReadonlyArray<Readonly<{ href: string; label: ReactNode; exact?: boolean }>>;
}>;

/** Tabs that are pages: each has an address of its own. */
export function TabLinks({ label, links }: Props) {
  const pathname = usePathname();
  return (
    <nav aria-label={label} className="tabs">
      {links.map(({ href, label: text, exact }) => (
        <Link key={href} href={href} className="tab" aria-current={pathname === href || (!exact && pathname.startsWith(`${href}/`)) ? "page" : undefined}>
          {text}
        </Link>
      ))}
    </nav>
  );
}
