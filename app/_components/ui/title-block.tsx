import type { ReactNode } from "react";
import { classNames } from "./class-names";

type Props = Readonly<{
  facts: ReadonlyArray<Readonly<{ label: string; value: ReactNode }>>;
  /** Spread over the page's whole width, all columns alike. */
  even?: boolean;
  className?: string;
}>;

/** The ruled corner of a drawing: two to seven facts that do not change while you look. */
export function TitleBlock({ facts, even = false, className }: Props) {
  return (
    <dl className={classNames("tblock", even && "tblock-even", className)}>
      {facts.map((fact) => (
        <div key={fact.label}>
          <dt>{fact.label}</dt>
          <dd>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
