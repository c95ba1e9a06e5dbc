import type { ReactNode } from "react";
import { classNames } from "./class-names";

export type StatusKind = "well" | "flow" | "wait" | "fault" | "asleep" | "shut";

const shapes = {
  well: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  flow: (
    <>
      <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M1.8 6a4.2 4.2 0 0 0 8.4 0z" fill="currentColor" />
    </>
  ),
  wait: <path d="M6 1 11 6 6 11 1 6z" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round" />,
  fault: <path d="M6 .8 11.6 11H.4z" fill="currentColor" />,
  asleep: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  shut: <path d="M1 2v8l5-4 5 4V2L6 6z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />,
} as const satisfies Record<StatusKind, ReactNode>;

const colours = { well: "st-ok", flow: "st-flow", wait: "st-wait", fault: "st-bad", asleep: "st-idle", shut: "st-bad" } as const satisfies Record<StatusKind, string>;

/** The shape alone, where the word stands elsewhere. */
export function StatusShape({ shape, size = 11 }: Readonly<{ shape: StatusKind; size?: number }>) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {shapes[shape]}
    </svg>
  );
}

type Props = Readonly<{ kind: StatusKind; /** The word; colour alone says nothing. */ children: ReactNode; badge?: boolean; className?: string }>;

/** Disc well, half disc under way, diamond waiting, triangle fault, ring asleep, valve shut. */
export function Status({ kind, children, badge = false, className }: Props) {
  return (
    <span className={classNames("st", colours[kind], badge && "badge", className)}>
      <StatusShape shape={kind} />
      {children}
    </span>
  );
}
