import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Hash } from "@/app/_components/ui/hash";
import { Note } from "@/app/_components/ui/note";
import { Time } from "@/app/_components/ui/time";
import { faultsToleratedOf } from "@/lib/control/client";
import type { EndpointView, SubChainView } from "@/lib/sub-chains/client";
import { gatherEvidence, type GatheredEvidence } from "./gather-evidence";

type Shown = Readonly<Pick<SubChainView, "finality"> & { endpoints: ReadonlyArray<Pick<EndpointView, "cityNode" | "city" | "agreement">> }>;

/** Who signed twice what, how that is known and what it means. Nothing where nobody did. */
export function EvidenceNotes({ subChain }: Readonly<{ subChain: Shown }>): ReactNode {
  return gatherEvidence(subChain.endpoints).map((proof) => <EvidenceNote key={`${proof.culprit} ${proof.kind} ${proof.height} ${proof.round}`} proof={proof} subChain={subChain} />);
}

function EvidenceNote({ proof, subChain: { finality, endpoints } }: Readonly<{ proof: GatheredEvidence; subChain: Shown }>) {
  const t = useTranslations("finality.evidence");
  const { kind, height, round, hashes, timeMs, seenBy } = proof;
  const culprit = endpoints.find(({ cityNode }) => cityNode === proof.culprit);
  const format = useFormatter();
  const place = culprit ? t("peer", { city: culprit.city }) : t("stranger");
  const words = { height, round, first: () => <Hash value={hashes[0]} />, second: () => <Hash value={hashes[1]} /> };
  return (
    <Note kind="bad" title={t("title", { place })} announce>
      {t.rich(`what.${kind}`, words)} {t(`means.${finality}`, { faults: faultsToleratedOf(finality, endpoints.length) })} {t("cause")}{" "}
      {t.rich("seen", { count: seenBy.length, peers: format.list(seenBy), time: () => <Time value={timeMs} /> })}
    </Note>
  );
}
