"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { MapLegend } from "@/app/_components/map/map-legend";
import { WorldMap, type CityNodeOnMap } from "@/app/_components/map/world-map";
import { Part, Row } from "./part";

const places: ReadonlyArray<CityNodeOnMap> = [
  { code: "SHA", city: "Shanghai", lat: 31.23, lon: 121.47, state: "open", peers: 1 },
  { code: "SIN", city: "Singapore", lat: 1.35, lon: 103.82, state: "open", peers: 1 },
  { code: "PAR", city: "Paris", lat: 48.86, lon: 2.35, state: "open", peers: 1 },
  { code: "JNB", city: "Johannesburg", lat: -26.2, lon: 28.05, state: "open", peers: 1 },
  { code: "TYO", city: "Tokyo", lat: 35.68, lon: 139.69, state: "closed" },
  { code: "GRU", city: "São Paulo", lat: -23.55, lon: -46.63, state: "planned" },
  { code: "SFO", city: "California", lat: 37.77, lon: -122.42, state: "planned" },
  { code: "SYD", city: "Sydney", lat: -33.87, lon: 151.21, state: "planned" },
];

export function MapGallery() {
  const t = useTranslations("design");
  const [chosen, setChosen] = useState<ReadonlyArray<string>>(["SHA", "SIN", "PAR"]);
  const toggle = (code: string) => setChosen(chosen.includes(code) ? chosen.filter((other) => other !== code) : [...chosen, code]);
  const nodes = places.map((place) => ({ ...place, chosen: chosen.includes(place.code) }));
  return (
    <Part title={t("sections.map")} span={12}>
      <div className="sheet overflow-hidden">
        <WorldMap nodes={nodes} label={t("map.label")} onToggle={toggle}>
          <MapLegend items={(["main", "open", "closed", "planned"] as const).map((mark) => ({ mark, label: t(`map.${mark}`) }))} />
        </WorldMap>
      </div>
      <Row>
        {nodes
          .filter((node) => node.state === "open")
          .map((node) => (
            <Button key={node.code} size="sm" icon={node.chosen ? "check" : "add"} aria-pressed={node.chosen} onClick={() => toggle(node.code)}>
              {node.city}
            </Button>
          ))}
      </Row>
    </Part>
  );
}
