"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Choice } from "@/app/_components/ui/choice";
import { faultsToleratedOf, finalityModes, isFinalityPossible, peersMinOf, quorumOf, type Finality } from "@/lib/control/client";

type Props = Readonly<{
  peers: number;
  value: Finality | undefined;
  onChange: (finality: Finality) => void;
  /** Instead of how many city nodes are missing, where none can be added. */
  whyNot?: (finality: Finality) => ReactNode;
  /** A mode that is in force and cannot be chosen again. */
  current?: Finality;
}>;

/** The three modes: what each gives with this many peers, and what it does not; those that need more say how many. */
export function FinalityChoice({ peers, value, onChange, whyNot, current }: Props) {
  const t = useTranslations("finality");
  const missing = (mode: Exclude<Finality, "solo">) => whyNot?.(mode) ?? t("needs", { min: peersMinOf[mode], more: peersMinOf[mode] - peers });
  const detailOf = (mode: Finality): ReactNode => {
    if (mode !== "solo" && !isFinalityPossible(mode, peers)) {
      return (
        <>
          {t(`would.${mode}`)} <strong className="font-strong text-ink-2">{missing(mode)}</strong>
        </>
      );
    }
    const gives = t(`gives.${mode}`, { peers: Math.max(1, peers), quorum: quorumOf(mode, peers), faults: faultsToleratedOf(mode, peers) });
    return mode === current ? `${t("change.current")} ${gives}` : gives;
  };
  return (
    <Choice
      legend={t("title")}
      legendHidden
      name="finality"
      value={value}
      onChange={onChange}
      onAgain={onChange}
      className="md:grid-cols-3"
      options={finalityModes.map((mode) => ({ value: mode, label: t(`mode.${mode}`), detail: detailOf(mode), disabled: mode === current || !isFinalityPossible(mode, Math.max(1, peers)) }))}
    />
  );
}
