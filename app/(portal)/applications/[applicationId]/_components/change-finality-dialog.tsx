"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { Dialog } from "@/app/_components/ui/dialog";
import { Note } from "@/app/_components/ui/note";
import { failureDomainsOf } from "@/lib/city-nodes/client";
import { finalityModes, isFinalityPossible, peersMinOf, quorumOf, type Finality } from "@/lib/control/client";
import type { SubChainView } from "@/lib/sub-chains/client";
import { FailureDomain } from "../../../_components/finality/failure-domain";
import { FinalityChoice } from "../../../_components/finality/finality-choice";
import { useChangeFinality } from "../_hooks/use-change-finality";

type Props = Readonly<{ name: string; subChain: SubChainView; onClose: () => void }>;

/** Asks before the rules change: what the other mode gives, what is given up, and that writing goes on. */
export function ChangeFinalityDialog({ name, subChain, onClose }: Props) {
  const t = useTranslations("finality");
  const errorText = useErrorText();
  const { endpoints, finality, applicationId } = subChain;
  const peers = endpoints.length;
  const others = finalityModes.filter((mode) => mode !== finality && isFinalityPossible(mode, peers));
  const [wanted, setWanted] = useState<Finality | undefined>(others.at(-1));
  const change = useChangeFinality(applicationId, onClose);
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("change.title", { name })}
      description={t("change.text")}
      actions={
        <>
          <Button onClick={onClose}>{t("change.keep")}</Button>
          <Button look="primary" disabled={wanted === undefined} loading={change.isPending} onClick={() => wanted && change.mutate({ finality: wanted })}>
            {wanted ? t("change.confirm", { mode: t(`within.${wanted}`) }) : t("change.action")}
          </Button>
        </>
      }
    >
      <FinalityChoice peers={peers} value={wanted} onChange={setWanted} current={finality} whyNot={(mode) => t("needsPeers", { min: peersMinOf[mode], peers })} />
      {wanted ? <Consequence from={finality} to={wanted} peers={peers} /> : null}
      {wanted ? <FailureDomain finality={wanted} domains={failureDomainsOf(endpoints)} /> : null}
      {change.error ? (
        <Note kind="bad" announce>
          {errorText(change.error)}
        </Note>
      ) : null}
    </Dialog>
  );
}

/** From stronger to weaker is a loss and says so. */
function Consequence({ from, to, peers }: Readonly<{ from: Finality; to: Finality; peers: number }>) {
  const t = useTranslations("finality.change");
  if (to !== "byzantine" && finalityModes.indexOf(to) < finalityModes.indexOf(from)) return <Note kind="wait">{t(`weaker.${to}`)}</Note>;
  return <Note kind="info">{t("stronger", { quorum: quorumOf(to, peers), peers })}</Note>;
}
