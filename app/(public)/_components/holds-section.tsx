import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Sheet } from "@/app/_components/ui/sheet";
import { StatusShape } from "@/app/_components/ui/status";
import { Section } from "./section";

const holding = ["copies", "agreed", "durable", "idle", "refund", "own"] as const;
const missing = ["audit", "machine", "http", "compile", "young"] as const;

export function HoldsSection() {
  const t = useTranslations("landing.holds");
  const b = (text: ReactNode) => <strong className="text-ink">{text}</strong>;
  return (
    <Section id="holds" title={t("title")} text={t("text")}>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <Sheet title={t("yes.title")} flush>
          <ul>
            {holding.map((key) => (
              <Line key={key} shape="well">
                {t.rich(`yes.${key}`, { b })}
              </Line>
            ))}
          </ul>
        </Sheet>
        <Sheet title={t("no.title")} flush>
          <ul>
            {missing.map((key) => (
              <Line key={key} shape="wait">
                {t.rich(`no.${key}`, { b })}
              </Line>
            ))}
          </ul>
        </Sheet>
      </div>
    </Section>
  );
}

function Line({ shape, children }: Readonly<{ shape: "well" | "wait"; children: ReactNode }>) {
  return (
    <li className="grid grid-cols-[12px_minmax(0,1fr)] items-baseline gap-3 border-b border-line px-4 py-3 text-ink-2 last:border-b-0">
      <span className={shape === "well" ? "text-verdigris-ink" : "text-brass-ink"}>
        <StatusShape shape={shape} />
      </span>
      <span>{children}</span>
    </li>
  );
}
