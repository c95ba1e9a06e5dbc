import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Duration } from "@/app/_components/ui/duration";
import { Time } from "@/app/_components/ui/time";
import type { BenchResult } from "./read-bench-results";
import { Section } from "./section";

type Props = Readonly<{ provision: BenchResult | undefined; ethereum: BenchResult | undefined }>;

type Figure = Readonly<{ key: string; value: ReactNode; label: string }>;

/** Absent until a bench has run; never a figure without its commit and date. */
export function FiguresSection({ provision, ethereum }: Props) {
  const t = useTranslations("landing.figures");
  const ms = (result: BenchResult | undefined, name: string, label: string): ReadonlyArray<Figure> => {
    const value = result?.figures[name];
    return value === undefined ? [] : [{ key: name, value: <Duration ms={value} />, label }];
  };
  const times = (result: BenchResult | undefined, name: string, label: string): ReadonlyArray<Figure> => {
    const value = result?.figures[name];
    return value === undefined ? [] : [{ key: name, value: t("times", { value: Math.round(value * 100) / 100 }), label }];
  };
  const rows = [
    { command: "npm run bench -- provision", result: provision, figures: [...ms(provision, "p50Ms1", t("provision")), ...ms(provision, "p95Ms100", t("provisionBurst"))] },
    { command: "npm run bench -- ethereum", result: ethereum, figures: [...times(ethereum, "batchVsAnvil", t("batch")), ...times(ethereum, "oneByOneVsAnvil", t("oneByOne"))] },
  ].filter((row) => row.figures.length > 0);
  if (rows.length === 0) return null;
  return (
    <Section id="figures" title={t("title")} text={t("text")}>
      <div className="grid gap-5">
        {rows.map(({ command, result, figures }) =>
          result ? (
            <div key={command} className="sheet">
              <dl className="grid md:grid-cols-2">
                {figures.map((figure) => (
                  <div key={figure.key} className="flex flex-col-reverse justify-end gap-1 border-line p-4 not-last:max-md:border-b not-last:md:border-r">
                    <dt className="max-w-[46ch] text-sm text-ink-2">{figure.label}</dt>
                    <dd className="text-3xl leading-tight font-sign tracking-[-0.015em]">{figure.value}</dd>
                  </div>
                ))}
              </dl>
              <p className="sheet-foot text-xs">
                {t.rich("source", {
                  code: (text) => <code className="text-ink">{text}</code>,
                  command,
                  date: () => <Time value={result.date} show="date" />,
                  commit: result.commit,
                  machine: result.machine,
                })}
              </p>
            </div>
          ) : null,
        )}
      </div>
    </Section>
  );
}
