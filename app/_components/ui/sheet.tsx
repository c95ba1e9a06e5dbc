import { useId, type ReactNode } from "react";
import { classNames } from "./class-names";

type Props = Readonly<{
  children: ReactNode;
  /** A head with this title; without it the sheet needs `label` when it is a region of its own. */
  title?: ReactNode;
  /** Right end of the head: a button, a link, a small fact. */
  aside?: ReactNode;
  /** Ruled off below, for the next step or a remark. */
  foot?: ReactNode;
  label?: string;
  /** Tables and lists reach the edge; text does not. */
  flush?: boolean;
  className?: string;
}>;

/** A cut piece of drafting film. Never put one with a head inside another. */
export function Sheet({ children, title, aside, foot, label, flush = false, className }: Props) {
  const id = useId();
  return (
    <section className={classNames("sheet", className)} aria-labelledby={title ? id : undefined} aria-label={title ? undefined : label}>
      {title ? (
        <div className="sheet-head">
          <h2 id={id} className="h2">
            {title}
          </h2>
          {aside}
        </div>
      ) : null}
      {flush ? children : <div className="sheet-body">{children}</div>}
      {foot ? <div className="sheet-foot">{foot}</div> : null}
    </section>
  );
}
