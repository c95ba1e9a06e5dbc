import { useTranslations } from "next-intl";
import { Hash } from "@/app/_components/ui/hash";
import { Time } from "@/app/_components/ui/time";
import { TitleBlock } from "@/app/_components/ui/title-block";
import type { ApplicationView } from "@/lib/applications/client";
import type { SubChainView } from "@/lib/sub-chains/client";
import { Framework } from "../../../_components/framework";

/** What does not change while one looks. */
export function RunningFacts({ application, subChain }: Readonly<{ application: ApplicationView; subChain: SubChainView }>) {
  const t = useTranslations("application.fact");
  const finality = useTranslations("finality");
  const test = application.plan === "TEST";
  return (
    <TitleBlock
      even
      facts={[
        { label: t("framework"), value: <Framework code={subChain.framework} /> },
        { label: t("subChain"), value: <span className="font-mono">{subChain.slug}</span> },
        { label: finality("title"), value: finality(`mode.${subChain.finality}`) },
        subChain.fabric
          ? { label: t("organisation"), value: <span className="font-mono break-all">{subChain.fabric.mspId}</span> }
          : { label: t("contract"), value: subChain.contractAddress ? <Hash value={subChain.contractAddress} copyName={t("contractAddress")} /> : t("noContract") },
        ...(application.expiresAt ? [{ label: t(test ? "testEnds" : "paidUntil"), value: <Time value={application.expiresAt} show={test ? "age" : "date"} /> }] : []),
      ]}
    />
  );
}
