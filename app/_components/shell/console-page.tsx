import type { ReactNode } from "react";
import { Breadcrumbs, type Crumb } from "../ui/breadcrumbs";
import { ThemeToggle } from "../ui/theme-toggle";
import { Brand } from "./brand";
import { ConsoleTopEnd } from "./console-slots";

type Props = Readonly<{ crumbs: ReadonlyArray<Crumb>; children: ReactNode }>;

/** One page of a console: top bar with its breadcrumbs, then its parts under each other, beginning with a PageHead. */
export function ConsolePage({ crumbs, children }: Props) {
  return (
    <>
      <header className="top">
        <Brand name="never" className="md:hidden" />
        <Breadcrumbs crumbs={crumbs} />
        <div className="ml-auto flex items-center gap-3">
          <ThemeToggle className="md:hidden" />
          <ConsoleTopEnd />
        </div>
      </header>
      <main className="page" id="main">
        {children}
      </main>
    </>
  );
}
