import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { lathePath, rosettePath } from "./lathe-paths";

const bandPath = lathePath(340, 30);
const smallRosette = rosettePath(18);
const largeRosette = rosettePath(32);

/** Lathe band between the head and the lines of a certificate. */
export function LatheBand({ height = 30 }: Readonly<{ /** px */ height?: number }>) {
  return (
    <svg className="lathe" width="100%" height={height} viewBox="0 0 340 30" preserveAspectRatio="none" aria-hidden="true">
      <path d={bandPath} fill="none" stroke="currentColor" strokeWidth=".6" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

export function Rosette({ size = 104 }: Readonly<{ /** px */ size?: number }>) {
  return (
    <svg className="lathe" width={size} height={size} viewBox="0 0 100 100" aria-hidden="true">
      <path d={size > 200 ? largeRosette : smallRosette} fill="none" stroke="currentColor" strokeWidth=".7" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

type Props = Readonly<{ children: ReactNode; label?: string; labelledBy?: string; className?: string }>;

/** Double engraved rule for a tariff, a finality certificate or an invoice, and for nothing else. */
export function Certificate({ children, label, labelledBy, className }: Props) {
  return (
    <section className={classNames("cert", className)} aria-label={label} aria-labelledby={labelledBy}>
      <div className="cert-in">{children}</div>
    </section>
  );
}
