import { classNames } from "../ui/class-names";
import { placePlates, type Box } from "./place-plates";
import { pipePath, pointsAlong, ringMain } from "./ring-main";
import type { Point } from "./projection";
import type { CityNodeOnMap } from "./world-map";

export type MapNode = CityNodeOnMap & Readonly<{ at: Point }>;

type Props = Readonly<{
  nodes: ReadonlyArray<MapNode>;
  label: string;
  view: Box;
  /** 1 where a unit is about a pixel; marks are drawn larger by it. */
  scale: number;
  onToggle?: (code: string) => void;
  className?: string;
}>;

/** Width of the stroke in water colour, then of the sea that thins it to a line. */
const waterLines = [
  [17, 15.6],
  [11.5, 10.3],
  [6.5, 5.5],
] as const;

const land = "/map/land.svg#land";
const plateHeight = 21;
const plateWidth = (node: MapNode): number => (node.peers === undefined ? 43 : 57.6 + Math.max(0, String(node.peers).length - 2) * 7);

export function MapDrawing({ nodes, label, view, scale, onToggle, className }: Props) {
  const chosen = nodes.filter((node) => node.chosen);
  const plated = nodes.filter((node) => node.state !== "planned");
  const main = ringMain(chosen.map((node) => node.at));
  const pipes = main.map(pipePath);
  const plates = placePlates(
    plated.map((node) => ({ at: node.at, size: { width: plateWidth(node) * scale, height: plateHeight * scale } })),
    plated.map((node) => node.at),
    [...main.flatMap(pointsAlong), ...nodes.filter((node) => node.state === "planned").map((node) => node.at)],
    view,
    scale,
  );
  const choosing = onToggle !== undefined;
  return (
    <div className={classNames("relative overflow-hidden", className)}>
      <svg className="map" viewBox={`${view.x} ${view.y} ${view.width} ${view.height}`} role="img" aria-label={label}>
        {waterLines.map(([line, sea]) => (
          <g key={line}>
            <use href={land} className="map-line" strokeWidth={line} />
            <use href={land} className="map-sea" strokeWidth={sea} />
          </g>
        ))}
        <use href={land} className="map-land" />
        <g strokeWidth={scale}>
          {pipes.map((path) => (
            <path key={path} className="map-main-out" d={path} style={{ strokeWidth: 6.5 * scale }} />
          ))}
          {pipes.map((path) => (
            <path key={path} className="map-main-in" d={path} style={{ strokeWidth: 3.5 * scale }} />
          ))}
        </g>
        {[...nodes.filter((node) => node.state === "planned"), ...plated].map((node) =>
          node.chosen ? (
            <circle key={node.code} className="map-joint" cx={node.at.x} cy={node.at.y} r={5.2 * scale} style={{ strokeWidth: 2.4 * scale }} />
          ) : (
            <circle
              key={node.code}
              className={classNames("map-dot", node.state === "planned" && "map-dot-planned", node.state === "closed" && "map-dot-closed")}
              cx={node.at.x}
              cy={node.at.y}
              r={(node.state === "planned" ? 2.2 : 3.6) * scale}
            />
          ),
        )}
        {plated.map((node, place) => {
          const plate = plates[place];
          if (!plate) return null;
          const hollow = node.state === "closed" || (choosing && !node.chosen);
          return (
            <g key={node.code}>
              <path className="map-lead" d={`M${node.at.x} ${node.at.y}L${plate.end.x} ${plate.end.y}`} style={{ strokeWidth: scale }} />
              <g className={hollow ? "map-plate map-plate-hollow" : "map-plate"} transform={`translate(${plate.box.x} ${plate.box.y}) scale(${scale})`}>
                <rect width={plateWidth(node)} height={plateHeight} rx="5" />
                <rect className="map-rim" x="1.5" y="1.5" width={plateWidth(node) - 3} height={plateHeight - 3} rx="3.8" />
                <text x="21.5" y="14.6">
                  {node.code}
                </text>
                {node.peers === undefined ? null : (
                  <>
                    <path className="map-rim" d={`M38.5 4.5v12`} />
                    <text className="map-count" x={(38.5 + plateWidth(node) - 1.5) / 2} y="14.6">
                      {node.peers}
                    </text>
                  </>
                )}
              </g>
            </g>
          );
        })}
      </svg>
      {onToggle
        ? nodes
            .filter((node) => node.state === "open")
            .map((node) => (
              <button
                key={node.code}
                type="button"
                className="map-button"
                aria-label={node.city}
                aria-pressed={node.chosen ?? false}
                title={node.city}
                onClick={() => onToggle(node.code)}
                style={{ left: `${((node.at.x - view.x) / view.width) * 100}%`, top: `${((node.at.y - view.y) / view.height) * 100}%` }}
              />
            ))
        : null}
    </div>
  );
}
