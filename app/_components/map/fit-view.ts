import type { Box } from "./place-plates";
import { worldView, type Point } from "./projection";

/** The smallest part of the world, of a phone map's proportions, that shows all the points with room for their plates. */
export function fitView(points: ReadonlyArray<Point>, proportion = 1.45): Box {
  if (points.length === 0) return worldView;
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const wanted = { width: (Math.max(...xs) - Math.min(...xs)) * 1.35 + 120, height: (Math.max(...ys) - Math.min(...ys)) * 1.3 + 90 };
  const width = Math.min(worldView.width, Math.max(wanted.width, wanted.height * proportion, 420));
  const height = Math.min(worldView.height, width / proportion);
  const middle = { x: (Math.max(...xs) + Math.min(...xs)) / 2, y: (Math.max(...ys) + Math.min(...ys)) / 2 };
  return {
    x: clamp(middle.x - width / 2, worldView.x, worldView.x + worldView.width - width),
    y: clamp(middle.y - height / 2, worldView.y, worldView.y + worldView.height - height),
    width,
    height,
  };
}

const clamp = (value: number, least: number, greatest: number): number => Math.round(Math.min(greatest, Math.max(least, value)) * 10) / 10;
