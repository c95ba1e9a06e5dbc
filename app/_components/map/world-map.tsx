import type { ReactNode } from "react";
import { fitView } from "./fit-view";
import { MapDrawing, type MapNode } from "./map-drawing";
import { projectCity, worldView } from "./projection";

export type CityNodeOnMap = Readonly<{
  /** Three capitals. */
  code: string;
  city: string;
  /** Degrees north and east. */
  lat: number;
  lon: number;
  state: "open" | "planned" | "closed";
  chosen?: boolean;
  /** Shown on the plate when given. */
  peers?: number;
}>;

type Props = Readonly<{
  nodes: ReadonlyArray<CityNodeOnMap>;
  /** Says what the map shows to those who do not see it. */
  label: string;
  /** Makes open city nodes buttons. Beside the map there must be a list that does the same. */
  onToggle?: (code: string) => void;
  /** Corners of the map: a legend, a search field. */
  children?: ReactNode;
}>;

/**
 * Land without borders in engraved water; plates with leaders; a ring main between chosen city nodes; planned ones as hollow dots.
 * Phones get a part of the world, drawn larger.
 */
export function WorldMap({ nodes, label, onToggle, children }: Props) {
  const drawn = nodes.map((node): MapNode => ({ ...node, at: projectCity(node.lat, node.lon) }));
  const chosen = drawn.filter((node) => node.chosen);
  const seen = chosen.length > 0 ? chosen : drawn.filter((node) => node.state !== "planned");
  const part = fitView(seen.map(({ at }) => at));
  return (
    <div className="relative">
      <MapDrawing className="max-md:hidden" nodes={drawn} label={label} view={worldView} scale={1} {...(onToggle ? { onToggle } : {})} />
      <MapDrawing className="md:hidden" nodes={drawn} label={label} view={part} scale={part.width / 375} {...(onToggle ? { onToggle } : {})} />
      {children}
    </div>
  );
}
