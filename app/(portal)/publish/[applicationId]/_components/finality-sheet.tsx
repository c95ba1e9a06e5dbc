"use client";

import { useTranslations } from "next-intl";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import type { FailureDomains } from "@/lib/city-nodes/client";
import type { Finality } from "@/lib/control/client";
import { FailureDomain } from "../../../_components/finality/failure-domain";
import { FinalityChoice } from "../../../_components/finality/finality-choice";

type Props = Readonly<{
  /** Null: the number of city nodes decides. */
  chosen: Finality | null;
  /** What it comes to. */
  mode: Finality;
  cityNodes: number;
  domains: FailureDomains;
  /** Why the chosen mode cannot be had any more. */
  fault: string | undefined;
  onChoose: (finality: Finality) => void;
}>;

/** How the peers agree: the strongest that can be had is preselected, and beside each mode stands what it does not give. */
export function FinalitySheet({ chosen, mode, cityNodes, domains, fault, onChoose }: Props) {
  const t = useTranslations("finality");
  return (
    <Sheet title={t("title")} foot={cityNodes > 0 && fault === undefined ? <FailureDomain finality={mode} domains={domains} /> : undefined}>
      <div className="grid gap-3">
        <p className="text-sm text-ink-2">{chosen === null || cityNodes < 3 ? t("preselected", { count: cityNodes }) : t("later")}</p>
        {fault ? (
          <Note kind="bad" announce>
            {fault}
          </Note>
        ) : null}
        <FinalityChoice peers={cityNodes} value={cityNodes === 0 ? undefined : mode} onChange={onChoose} />
      </div>
    </Sheet>
  );
}
