import { classNames } from "./class-names";

type Props = Readonly<{ label: string; /** 0 to 1. */ share: number; thin?: boolean; className?: string }>;

/** The same gauge glass for something that fills until it is done. */
export function Progress({ label, share, thin = false, className }: Props) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <span className={classNames("relative block", className)}>
      <progress className="sr-only" aria-label={label} max={100} value={percent} />
      <span className={classNames("gauge", thin && "gauge-thin")} data-level={percent === 0 ? "none" : "well"} aria-hidden="true">
        <i style={{ width: `${percent}%` }} />
      </span>
    </span>
  );
}
