import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Hash } from "@/app/_components/ui/hash";
import { Note } from "@/app/_components/ui/note";
import { Time } from "@/app/_components/ui/time";
import { faultsToleratedOf } from "@/lib/control/client";
import type { SubChainView } from "@/lib/sub-chains/client";
import { gatherEvidence, type GatheredEvidence } from "./gather-evidence";

/** Who signed twice what, how that is known and what it means. Nothing where nobody did. */
export function EvidenceNotes({ subChain }: Readonly<{ subChain: SubChainView }>): ReactNode {
  return gatherEvidence(subChain.endpoints).map((proof) => <EvidenceNote key={`${proof.culprit} ${proof.kind} ${proof.height} ${proof.round}`} proof={proof} subChain={subChain} />);
}

function EvidenceNote({ proof, subChain: { finality, endpoints } }: Readonly<{ proof: GatheredEvidence; subChain: SubChainView }>) {
  const t = useTranslations("finality.evidence");
  const { kind, height, round, hashes, timeMs, seenBy } = proof;
  const culprit = endpoints.find(({ cityNode }) => cityNode === proof.culprit);
  const place = culprit ? t("peer", { city: culprit.city }) : t("stranger");
  const words = { height, round, first: () => <Hash value={hashes[0]} />, second: () => <Hash value={hashes[1]} /> };
  return (
    <Note kind="bad" title={t("title", { place })} announce>
      {t.rich(`what.${kind}`, words)} {t(`means.${finality}`, { faults: faultsToleratedOf(finality, endpoints.length) })} {t("cause")}{" "}
      {t.rich("seen", { peers: seenBy.join(", "), time: () => <Time value={timeMs} /> })}
    </Note>
  );
}
