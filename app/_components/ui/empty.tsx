import type { ReactNode } from "react";

type Props = Readonly<{ title: ReactNode; /** What would be here and how it comes. */ children?: ReactNode; actions?: ReactNode }>;

/** Nothing here yet: a closed tap, what would flow and how to open it. */
export function Empty({ title, children, actions }: Props) {
  return (
    <div className="empty">
      <svg width="120" height="46" viewBox="0 0 120 46" fill="none" stroke="var(--line-strong)" strokeWidth="1.5" aria-hidden="true">
        <path d="M4 14h40M4 26h36M44 14c14 0 20 6 20 18M40 26c8 0 11 3 11 8M48 34h19M26 14V6M16 6h20" />
        <rect x="2" y="10" width="5" height="20" rx="1.5" fill="var(--sheet)" />
        <path d="M57 39v3" stroke="var(--water)" strokeWidth="2.5" strokeLinecap="round" />
      </svg>
      <p className="empty-title">{title}</p>
      {children ? <p>{children}</p> : null}
      {actions ? <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div> : null}
    </div>
  );
}
