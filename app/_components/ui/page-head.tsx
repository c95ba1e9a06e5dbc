import type { ReactNode } from "react";

type Props = Readonly<{
  /** What is true now, not the name of the page. */
  title: ReactNode;
  /** What it means for the reader. */
  subtitle?: ReactNode;
  /** A Status as badge beside the title. */
  status?: ReactNode;
  /** At most one primary. */
  actions?: ReactNode;
  /** For start pages: larger. */
  large?: boolean;
}>;

export function PageHead({ title, subtitle, status, actions, large = false }: Props) {
  return (
    <div className="page-head">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
          <h1 className={large ? "h1 text-3xl" : "h1"}>{title}</h1>
          {status}
        </div>
        {subtitle ? <p className={large ? "mt-1 text-lg text-ink-2" : "mt-1 text-sm text-ink-2"}>{subtitle}</p> : null}
      </div>
      {actions ? <div className="page-head-actions flex flex-wrap items-center gap-2">{actions}</div> : null}
    </div>
  );
}
