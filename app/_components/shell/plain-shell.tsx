import type { ReactNode } from "react";
import { classNames } from "../ui/class-names";
import { Brand } from "./brand";
import { SkipLink } from "./skip-link";

type Props = Readonly<{
  /** After the mark: what this is about, with a Tag or Status. */
  context?: ReactNode;
  /** Right end: how fresh it is, the way out. */
  end?: ReactNode;
  homeHref?: string;
  /** Room for a map beside a price. */
  wide?: boolean;
  children: ReactNode;
}>;

/** One task without side navigation: a wizard, the first minute, an invoice. */
export function PlainShell({ context, end, homeHref = "/", wide = false, children }: Props) {
  return (
    <>
      <SkipLink />
      <header className="plain-bar">
        <Brand href={homeHref} name={context ? "wide" : "always"} />
        {context ? (
          <>
            <span className="text-ink-3" aria-hidden="true">
              /
            </span>
            <span className="flex min-w-0 items-center gap-2.5 font-medium">{context}</span>
          </>
        ) : null}
        {end ? <div className="ml-auto flex flex-none items-center gap-2.5">{end}</div> : null}
      </header>
      <main id="main" className={classNames("plain-main", wide && "plain-wide")}>
        {children}
      </main>
    </>
  );
}
