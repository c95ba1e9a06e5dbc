"use client";

import { useTranslations } from "next-intl";
import { MapLegend } from "@/app/_components/map/map-legend";
import { WorldMap, type CityNodeOnMap } from "@/app/_components/map/world-map";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { PageHead } from "@/app/_components/ui/page-head";
import { Sheet } from "@/app/_components/ui/sheet";
import type { CityNodeView } from "@/lib/city-nodes/client";
import { useCityNodes } from "../../../publish/[applicationId]/_hooks/use-city-nodes";
import { standingOf } from "../../_components/city-node-state";
import { CityNodeTable } from "./city-node-table";
import { PlannedCityNodes } from "./planned-city-nodes";

const drawn = { OPEN: "open", AWAY: "closed", PLANNED: "planned", CLOSED: "closed" } as const;

/** The whole catalogue as it is now: on the map, and in a list that says the same. */
export function CityNodesView({ initial }: Readonly<{ initial: CityNodeView[] }>) {
  const t = useTranslations("cityNodes");
  const cityNodes = useCityNodes(initial);
  const of = (standing: ReturnType<typeof standingOf>) => cityNodes.filter((node) => standingOf(node) === standing);
  const [open, away, planned] = [of("OPEN"), of("AWAY"), of("PLANNED")];
  const awayCities = away.map(({ city }) => city).join(", ");
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <PageHead title={away.length > 0 ? t("titleAway", { cities: awayCities }) : t("title", { count: open.length })} subtitle={t("subtitle", { open: open.length, planned: planned.length })} />
      <Sheet label={t("map")} flush className="overflow-hidden bg-(--map-sea)">
        <WorldMap nodes={cityNodes.map(toMapNode)} label={t("mapLabel", { open: open.map(({ city }) => city).join(", "), planned: planned.length })}>
          <MapLegend
            items={[
              { mark: "open", label: t("state.OPEN") },
              ...(away.length > 0 ? [{ mark: "closed" as const, label: t("state.AWAY") }] : []),
              { mark: "planned", label: t("state.PLANNED") },
            ]}
          />
        </WorldMap>
      </Sheet>
      <CityNodeTable cityNodes={cityNodes.filter(({ state }) => state !== "PLANNED")} />
      {planned.length > 0 ? <PlannedCityNodes cityNodes={planned} /> : null}
    </ConsolePage>
  );
}

function toMapNode(node: CityNodeView): CityNodeOnMap {
  const { code, city, latitude, longitude, peers } = node;
  const state = drawn[standingOf(node)];
  return { code, city, lat: latitude, lon: longitude, state, ...(state === "planned" ? {} : { peers }) };
}
