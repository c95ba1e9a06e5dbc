"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { WorldMap, type CityNodeOnMap } from "@/app/_components/map/world-map";
import { Note } from "@/app/_components/ui/note";
import { checkDraft, cityNodesMax, finalityOfDraft } from "@/lib/applications/client";
import type { PriceQuote } from "@/lib/billing/client";
import { failureDomainsOfChoice, type CityNodeView } from "@/lib/city-nodes/client";
import type { Finality } from "@/lib/control/client";
import { Survival } from "../../../_components/finality/survival";
import { PriceSheet } from "../../_components/price-sheet";
import { useCityNodes } from "../_hooks/use-city-nodes";
import { useDraft } from "../_hooks/use-draft";
import { useLatestDraft } from "../_hooks/use-latest-draft";
import { ChosenCityNodes } from "./chosen-city-nodes";
import { CityNodePicker } from "./city-node-picker";
import { contentOf, type StepProps } from "./draft-content";
import { FinalitySheet } from "./finality-sheet";
import { WizardFrame } from "./wizard-frame";

type Props = StepProps & Readonly<{ cityNodes: CityNodeView[]; quote: PriceQuote }>;

export function CityNodesStep({ application: sent, cityNodes: initial, quote }: Props) {
  const t = useTranslations("publish.city-nodes");
  const application = useLatestDraft(sent);
  const draft = useDraft(application);
  const cityNodes = useCityNodes(initial);
  const [codes, setCodes] = useState(() => application.cityNodes.map(({ code }) => code));
  const [finality, setFinality] = useState<Finality | null>(application.finality);
  const [refused, setRefused] = useState(false);
  const chosen = codes.flatMap((code) => cityNodes.filter((cityNode) => cityNode.code === code));
  const closed = chosen.filter((cityNode) => !cityNode.selectable);
  const missing = closed.length > 0 ? { cityNodes: t("closed", { cities: closed.map(({ city }) => city).join(", ") }) } : checkDraft({ ...contentOf(draft.application), cityNodes: codes, finality })["city-nodes"];

  const mode = finalityOfDraft({ finality, cityNodes: codes });
  const domains = failureDomainsOfChoice(chosen);

  const choose = (next: string[]) => {
    setCodes(next);
    draft.change({ step: "city-nodes", data: { cityNodes: next, finality } });
  };
  const chooseMode = (next: Finality) => {
    setFinality(next);
    draft.change({ step: "city-nodes", data: { cityNodes: codes, finality: next } });
  };
  const toggle = (code: string) => {
    if (codes.includes(code)) choose(codes.filter((other) => other !== code));
    else if (codes.length < cityNodesMax) choose([...codes, code]);
  };

  return (
    <WizardFrame
      step="city-nodes"
      draft={draft}
      missing={missing}
      onRefused={() => setRefused(true)}
      aside={
        <>
          <PriceSheet quote={quote} chosen={codes.length} />
          {codes.length > 0 && missing?.finality === undefined ? <Survival finality={mode} peers={codes.length} domains={domains} /> : null}
        </>
      }
    >
      {(refused || closed.length > 0) && missing?.cityNodes ? (
        <Note kind="bad" announce>
          {missing.cityNodes}
        </Note>
      ) : null}
      <div className="overflow-hidden rounded-sheet border border-line bg-(--map-sea)">
        <WorldMap
          nodes={cityNodes.map((cityNode) => toMapNode(cityNode, codes))}
          label={t("map", { count: codes.length, cities: chosen.map(({ city }) => city).join(", ") })}
          onToggle={toggle}
        />
      </div>
      <ChosenCityNodes chosen={chosen} finality={mode} onOrder={(code) => choose([code, ...codes.filter((other) => other !== code)])} onRemove={toggle} />
      <CityNodePicker cityNodes={cityNodes} codes={codes} full={codes.length >= cityNodesMax} onToggle={toggle} />
      <FinalitySheet chosen={finality} mode={mode} cityNodes={codes.length} domains={domains} fault={missing?.finality} onChoose={chooseMode} />
    </WizardFrame>
  );
}

function toMapNode({ code, city, latitude, longitude, state, selectable }: CityNodeView, codes: readonly string[]): CityNodeOnMap {
  const chosen = codes.includes(code);
  return { code, city, lat: latitude, lon: longitude, state: state === "PLANNED" ? "planned" : selectable ? "open" : "closed", chosen, ...(chosen ? { peers: 1 } : {}) };
}
