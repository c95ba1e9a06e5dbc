import type { Point } from "./projection";

/** One pipe between two city nodes: along an axis, round one corner, then at 45 degrees, or the other way round. */
export type Pipe = readonly [from: Point, corner: Point, to: Point];

/** Above this the ways to bend the pipes are too many to try; a plan has at most 7 city nodes. */
const triedMax = 10;

/**
 * The pipes that join city nodes in a ring. Of all ways to bend them the one with the fewest crossings is taken (running along each other counts as one),
 * among those the one that reaches farthest out. Two nodes are joined by one pipe, fewer by none.
 */
export function ringMain(points: ReadonlyArray<Point>): ReadonlyArray<Pipe> {
  if (points.length < 2) return [];
  const middle = centre(points);
  const angle = (point: Point) => Math.atan2(point.y - middle.y, point.x - middle.x);
  const ring = [...points].sort((a, b) => angle(a) - angle(b));
  const joints = ring.length === 2 ? ring.slice(0, 1) : ring;
  const choices = joints.map((from, place) => {
    const to = ring[(place + 1) % ring.length] ?? from;
    return [pipe(from, bend(from, to), to), pipe(from, bend(to, from), to)] as const;
  });
  const reach = ([, corner]: Pipe) => Math.hypot(corner.x - middle.x, corner.y - middle.y);
  const outward = choices.map(([one, other]) => (reach(one) >= reach(other) ? one : other));
  if (choices.length > triedMax) return outward;

  const ways = Array.from({ length: 2 ** choices.length }, (_, way) => choices.map((pair, place) => pair[(way >> place) & 1 ? 1 : 0]));
  const score = (way: ReadonlyArray<Pipe>) => crossings(way) * 1e6 - way.reduce((sum, one) => sum + reach(one), 0);
  return ways.map((way) => ({ way, score: score(way) })).reduce((best, next) => (next.score < best.score ? next : best)).way;
}

export const pipePath = (path: Pipe): string => `M${path.map(({ x, y }) => `${x} ${y}`).join("L")}`;

/** Points along a pipe, close enough together that no plate slips between them. */
export function pointsAlong(path: Pipe): ReadonlyArray<Point> {
  return sections(path).flatMap(([from, to]) => {
    const count = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 10));
    return Array.from({ length: count }, (_, place) => ({ x: from.x + ((to.x - from.x) * place) / count, y: from.y + ((to.y - from.y) * place) / count }));
  });
}

/** How often pipes of a ring cross or run along each other; where they meet at a city node does not count. */
export function crossings(pipes: ReadonlyArray<Pipe>): number {
  const pieces = pipes.flatMap(sections);
  return pieces.reduce((sum, piece, place) => sum + pieces.slice(place + 1).filter((other) => cross(piece, other) || along(piece, other)).length, 0);
}

type Line = readonly [Point, Point];

const pipe = (from: Point, corner: Point, to: Point): Pipe => [from, corner, to];

const sections = ([from, corner, to]: Pipe): ReadonlyArray<Line> => [
  [from, corner],
  [corner, to],
];

const centre = (points: ReadonlyArray<Point>): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
  y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
});

/** Where a pipe that leaves `from` along an axis turns by 45 degrees to reach `to`. */
function bend(from: Point, to: Point): Point {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const slanted = Math.min(Math.abs(dx), Math.abs(dy));
  const tenths = (length: number) => Math.round(length * 10) / 10;
  return Math.abs(dx) > Math.abs(dy) ? { x: tenths(to.x - Math.sign(dx) * slanted), y: from.y } : { x: from.x, y: tenths(to.y - Math.sign(dy) * slanted) };
}

/** Lines that touch only at their ends do not cross. */
function cross([a, b]: Line, [c, d]: Line): boolean {
  const side = (p: Point, q: Point, r: Point) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** Lines that lie on one another for more than a point. */
function along([a, b]: Line, [c, d]: Line): boolean {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length < 1) return false;
  const unit = { x: (b.x - a.x) / length, y: (b.y - a.y) / length };
  const off = (p: Point) => Math.abs((p.x - a.x) * unit.y - (p.y - a.y) * unit.x);
  const on = (p: Point) => (p.x - a.x) * unit.x + (p.y - a.y) * unit.y;
  const shared = Math.min(length, Math.max(on(c), on(d))) - Math.max(0, Math.min(on(c), on(d)));
  return off(c) < 1 && off(d) < 1 && shared > 1;
}
