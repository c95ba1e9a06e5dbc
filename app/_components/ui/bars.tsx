import type { ReactNode } from "react";

type Props = Readonly<{
  /** Accessible name of the list. */
  label: string;
  /** `size` is drawn against the greatest one; `value` is its text. */
  items: ReadonlyArray<Readonly<{ key: string; label: ReactNode; value: ReactNode; size: number }>>;
}>;

/** Who has how much, the greatest first: a few lines to compare at a glance. */
export function Bars({ label, items }: Props) {
  const greatest = Math.max(0, ...items.map(({ size }) => size));
  return (
    <ul aria-label={label} className="grid gap-2.5">
      {items.map((item) => (
        <li key={item.key} className="grid gap-1">
          <span className="flex items-baseline justify-between gap-3 text-sm">
            <span className="min-w-0 truncate">{item.label}</span>
            <span className="font-medium">{item.value}</span>
          </span>
          <span className="gauge gauge-thin" data-level={item.size > 0 ? "well" : "none"} aria-hidden="true">
            <i style={{ width: `${item.size > 0 ? Math.max(1, (item.size / greatest) * 100) : 0}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
