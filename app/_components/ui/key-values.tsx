import { Fragment, type ReactNode } from "react";
import { classNames } from "./class-names";

type Props = Readonly<{ items: ReadonlyArray<Readonly<{ label: string; value: ReactNode }>>; className?: string }>;

/** Names and values in two columns, ruled. */
export function KeyValues({ items, className }: Props) {
  return (
    <dl className={classNames("kv", className)}>
      {items.map((item) => (
        <Fragment key={item.label}>
          <dt>{item.label}</dt>
          <dd>{item.value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}
