import Link from "next/link";
import { useTranslations } from "next-intl";

type Props = Readonly<{
  /** Accessible name of the way. */
  label: string;
  /** Steps already done may be gone back to by their address. */
  steps: ReadonlyArray<Readonly<{ label: string; href?: string }>>;
  /** Place of the step that is open, from 0. */
  current: number;
}>;

/** A horizontal pipe; on phones the names give way to "step 3 of 6". */
export function Steps({ label, steps, current }: Props) {
  const t = useTranslations("ui.steps");
  return (
    <nav aria-label={label}>
      <ol className="steps">
        {steps.map((step, place) => {
          const state = place < current ? "done" : place === current ? "now" : "next";
          return (
            <li key={step.label} data-state={state} aria-current={state === "now" ? "step" : undefined}>
              {state === "done" && step.href ? <Link href={step.href}>{step.label}</Link> : step.label}
              {state === "done" ? <span className="sr-only">{t("done")}</span> : null}
            </li>
          );
        })}
      </ol>
      <p className="mt-1 text-sm md:hidden">
        <span className="font-strong">{steps[current]?.label}</span> <span className="text-ink-2">{t("position", { current: current + 1, total: steps.length })}</span>
      </p>
    </nav>
  );
}
