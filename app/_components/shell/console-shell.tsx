import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ThemeToggle } from "../ui/theme-toggle";
import { Brand } from "./brand";
import { ConsoleSlots } from "./console-slots";
import type { NavLink, NavSection } from "./navigation";
import { SideNav } from "./side-nav";
import { SkipLink } from "./skip-link";
import { TabBar } from "./tab-bar";

type Props = Readonly<{
  /** Every place of this console. What is not built has no entry. */
  sections: ReadonlyArray<NavSection>;
  /** Up to four of them for the bar at the thumb on phones. */
  phoneLinks: ReadonlyArray<NavLink>;
  /** Which organisation or application one is in: a Switcher. */
  switcher?: ReactNode;
  /** Right end of the top bar: a UserMenu, a search. */
  topEnd?: ReactNode;
  homeHref: string;
  children: ReactNode;
}>;

/** Goes into a layout; its pages are ConsolePages, which bring the top bar and the main. */
export function ConsoleShell({ sections, phoneLinks, switcher, topEnd, homeHref, children }: Props) {
  const t = useTranslations("shell");
  return (
    <ConsoleSlots topEnd={topEnd}>
      <SkipLink />
      <div className="shell">
        <aside className="side" aria-label={t("sidebar")}>
          <div className="side-in">
            <Brand href={homeHref} />
            {switcher}
            <SideNav sections={sections} />
            <div className="side-foot">
              <ThemeToggle named />
            </div>
          </div>
        </aside>
        <div className="min-w-0">{children}</div>
      </div>
      <TabBar links={phoneLinks} sections={sections} />
    </ConsoleSlots>
  );
}
