import type { ReactNode } from "react";

type Props = Readonly<{
  label: string;
  steps: ReadonlyArray<Readonly<{ title: string; detail?: ReactNode; time?: ReactNode }>>;
}>;

/** A way that was gone to its end: sections side by side, on phones under each other. */
export function Way({ label, steps }: Props) {
  return (
    <ol className="way" aria-label={label}>
      {steps.map((step) => (
        <li key={step.title}>
          <span>
            <span className="way-title">{step.title}</span>
            {step.detail}
          </span>
          {step.time ? <span className="way-time">{step.time}</span> : null}
        </li>
      ))}
    </ol>
  );
}
