import type { ReactNode } from "react";

const marks = {
  open: <circle cx="5.5" cy="5.5" r="3.6" className="map-dot" />,
  planned: <circle cx="5.5" cy="5.5" r="3" className="map-dot map-dot-planned" />,
  closed: <circle cx="5.5" cy="5.5" r="3.6" className="map-dot map-dot-closed" />,
  main: (
    <>
      <path d="M4 5.5h14" className="map-main-out" />
      <path d="M4 5.5h14" className="map-main-in" />
    </>
  ),
} as const satisfies Record<string, ReactNode>;

type Props = Readonly<{ items: ReadonlyArray<Readonly<{ mark: keyof typeof marks; label: string }>> }>;

/** Lower left corner of a WorldMap; on phones below it. */
export function MapLegend({ items }: Props) {
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1.5 border-line bg-sheet px-2.5 py-1.5 text-xs text-ink-2 max-md:border-t max-md:px-3.5 md:absolute md:bottom-3 md:left-3 md:rounded-sheet md:border">
      {items.map(({ mark, label }) => (
        <li key={mark} className="flex items-center gap-1.5">
          <svg width={mark === "main" ? 22 : 11} height="11" aria-hidden="true">
            {marks[mark]}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
