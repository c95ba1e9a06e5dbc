import { useTranslations } from "next-intl";
import type { ReactNode } from "react";

type Props = Readonly<{
  label: string;
  /** What is used and what the plan allows, formatted: `<Bytes …/>`, `<Count …/>`. */
  used: ReactNode;
  limit: ReactNode;
  /** Used divided by limit; above 1 the glass is full. */
  share: number;
  /** When it will be full, when it resets, which peer it is. */
  note?: ReactNode;
  thin?: boolean;
}>;

/** Brass from here: time to act before it is full. */
const highShare = 0.85;

/** A gauge glass with ten graduations for a quota. */
export function Meter({ label, used, limit, share, note, thin = false }: Props) {
  const t = useTranslations("ui.meter");
  // One used byte of 20 GB is not nothing: the glass never reads 100 before it is full, nor 0 once something is in it.
  const percent = share <= 0 ? 0 : share >= 1 ? 100 : Math.min(99, Math.max(1, Math.round(share * 100)));
  const level = share >= 1 ? "over" : share >= highShare ? "high" : share <= 0 ? "none" : "well";
  return (
    <div className="relative grid gap-[5px]">
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <span className="font-medium">{label}</span>
        <span>
          {t.rich("usedOf", {
            used: () => <span className="font-medium">{used}</span>,
            limit: () => limit,
            quiet: (text) => <span className="text-ink-2">{text}</span>,
          })}
        </span>
      </div>
      <meter className="sr-only" aria-label={label} min={0} max={100} high={highShare * 100} value={percent} aria-valuetext={t(share >= 1 ? "full" : "used", { percent })} />
      <span className={thin ? "gauge gauge-thin" : "gauge"} data-level={level} aria-hidden="true">
        <i style={{ width: `${percent}%` }} />
      </span>
      {note ? <span className="text-xs text-ink-3">{note}</span> : null}
    </div>
  );
}
