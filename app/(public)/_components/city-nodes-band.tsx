import { useTranslations } from "next-intl";
import { WorldMap, type CityNodeOnMap } from "@/app/_components/map/world-map";
import { Count } from "@/app/_components/ui/count";
import { Status } from "@/app/_components/ui/status";
import { Time } from "@/app/_components/ui/time";
import { TitleBlock } from "@/app/_components/ui/title-block";
import type { CityNodeView } from "@/lib/city-nodes/client";

type Props = Readonly<{ cityNodes: ReadonlyArray<CityNodeView>; /** When they were read, ISO 8601. */ readAt: string }>;

/** The catalogue as it is at this moment: what answers, what does not, what is only planned. */
export function CityNodesBand({ cityNodes, readAt }: Props) {
  const t = useTranslations("landing.map");
  const nodes = cityNodes.map(toMapNode);
  const open = nodes.filter((node) => node.state === "open");
  const closed = nodes.filter((node) => node.state === "closed");
  const planned = nodes.length - open.length - closed.length;
  return (
    <section id="map" aria-labelledby="map-title" className="border-y border-line bg-(--map-sea) pb-5.5 max-md:pb-4.5">
      <h2 id="map-title" className="sr-only">
        {t("title")}
      </h2>
      <div className="mx-auto max-w-[1640px]">
        <WorldMap nodes={nodes} label={t("label", { count: open.length, cities: open.map((node) => node.city).join(", "), planned })} />
      </div>
      <div className="mx-auto grid max-w-[1240px] justify-items-start px-4 max-md:pt-3.5 md:px-6">
        <TitleBlock
          className="max-md:w-full"
          facts={[
            { label: t("open"), value: <Status kind={open.length > 0 ? "well" : "asleep"}>{t("openCount", { count: open.length })}</Status> },
            ...(closed.length > 0 ? [{ label: t("closed"), value: <Status kind="fault">{closed.map((node) => node.city).join(", ")}</Status> }] : []),
            { label: t("planned"), value: <Status kind="asleep">{t("plannedCount", { count: planned })}</Status> },
            { label: t("peers"), value: <Count value={nodes.reduce((sum, node) => sum + (node.peers ?? 0), 0)} /> },
            { label: t("read"), value: <Time value={readAt} /> },
          ]}
        />
      </div>
    </section>
  );
}

/** An open city node whose hosts do not answer is not shown as open: nothing could be put there. */
function toMapNode({ code, city, latitude, longitude, state, selectable, peers }: CityNodeView): CityNodeOnMap {
  const place = { code, city, lat: latitude, lon: longitude };
  if (state === "PLANNED") return { ...place, state: "planned" };
  return { ...place, state: selectable ? "open" : "closed", peers };
}
