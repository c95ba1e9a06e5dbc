import { useTranslations } from "next-intl";
import { PipeBand } from "@/app/_components/ui/pipe-band";
import { Section } from "./section";

/** Its last column stays at "not measured" until the conformance suite writes a result file. */
export function FrameworkSection() {
  const t = useTranslations("landing.framework");
  const facts = [
    { key: "client", value: <span className="font-mono text-[0.93em]">{t("clients")}</span> },
    { key: "doors", value: t("door") },
    { key: "contracts", value: t("contractKinds") },
    { key: "measured", value: <span className="text-ink-3">{t("notMeasured")}</span> },
  ] as const;
  return (
    <Section id="framework" title={t("title")} text={t("text")}>
      <dl className="sheet grid text-sm md:grid-cols-[auto_repeat(4,auto)]">
        <div className="border-line p-4 max-md:border-b md:border-r">
          <dt className="label">{t("name")}</dt>
          <dd className="mt-1.5 text-lg font-strong">
            <PipeBand framework="ethereum" />
          </dd>
        </div>
        {facts.map(({ key, value }) => (
          <div key={key} className="border-line p-4 not-last:max-md:border-b not-last:md:border-r">
            <dt className="label">{t(key)}</dt>
            <dd className="mt-1.5 max-w-[30ch] text-md">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
