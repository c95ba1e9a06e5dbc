import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { classNames } from "./class-names";

export type PipeStepState = "done" | "running" | "failed" | "next";

export type PipeStep = Readonly<{
  key: string;
  title: ReactNode;
  state: PipeStepState;
  /** Right end, in mono: how long it took or takes, or when. */
  time?: ReactNode;
  detail?: ReactNode;
  /** In a tinted box below: who is waited for, why, when the next try comes, what happens otherwise. */
  note?: ReactNode;
  /** How full the running section is, 0 to 1. */
  level?: number;
}>;

type Props = Readonly<{
  steps: ReadonlyArray<PipeStep>;
  label?: string;
  /** A way that has not begun and is only explained: nothing of it is faded. */
  plan?: boolean;
  /** For start pages. */
  large?: boolean;
  className?: string;
}>;

/** A section of pipe per step: done is full, running has a moving surface, failed is hatched, next is empty. */
export function PipeTimeline({ steps, label, plan = false, large = false, className }: Props) {
  const t = useTranslations("ui.pipe");
  return (
    <ol className={classNames("pipe", plan && "pipe-plan", large && "pipe-large", className)} aria-label={label}>
      {steps.map((step) => (
        <li key={step.key} data-state={step.state} aria-current={step.state === "running" ? "step" : undefined}>
          <span className="bore">{step.state === "running" ? <i style={{ height: `${Math.round((step.level ?? 0.55) * 100)}%` }} /> : null}</span>
          <div className="pipe-body">
            <div className="pipe-head">
              <p className="pipe-title">
                {step.title}
                {plan ? null : <span className="sr-only">, {t(step.state)}</span>}
              </p>
              {step.time ? <span className="pipe-time">{step.time}</span> : null}
            </div>
            {step.detail ? <div className="pipe-detail">{step.detail}</div> : null}
            {step.note ? <div className="pipe-note">{step.note}</div> : null}
          </div>
        </li>
      ))}
    </ol>
  );
}
