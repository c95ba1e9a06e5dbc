import type { Point } from "./projection";

export type Box = Readonly<{ x: number; y: number; width: number; height: number }>;
export type PlateSize = Readonly<{ width: number; height: number }>;
export type PlacedPlate = Readonly<{ box: Box; /** Where the leader from the city ends. */ end: Point }>;

type Request = Readonly<{ at: Point; size: PlateSize }>;

/**
 * Finds a place near its city for every plate, so that plates cover neither each other nor a city nor, if it can be helped, what lies on the map (pipes, planned ones), and stay in view.
 * Where all places are taken the least covered one is used: on a crowded map a plate is worth more than its absence.
 * @param scale 1 on the wide map; greater where the view is cut and everything is drawn larger
 */
export function placePlates(requests: ReadonlyArray<Request>, cities: ReadonlyArray<Point>, marks: ReadonlyArray<Point>, view: Box, scale: number): ReadonlyArray<PlacedPlate> {
  const placed: PlacedPlate[] = [];
  for (const { at, size } of requests) {
    const best = candidates(at, size, scale)
      .map((plate) => ({ plate, cost: cost(plate.box, placed, cities, marks, view, scale) }))
      .reduce((least, next) => (next.cost < least.cost ? next : least));
    placed.push(best.plate);
  }
  return placed;
}

function candidates(at: Point, { width, height }: PlateSize, scale: number): ReadonlyArray<PlacedPlate> {
  const at1 = (dx: number, dy: number, end: Point): PlacedPlate => ({ box: { x: at.x + dx, y: at.y + dy, width, height }, end });
  return [16, 30, 48].flatMap((near) => {
    const gap = near * scale;
    const lift = gap * 0.9;
    return [
      at1(gap, -height / 2, { x: at.x + gap, y: at.y }),
      at1(gap, lift - height / 2, { x: at.x + gap, y: at.y + lift }),
      at1(gap, -lift - height / 2, { x: at.x + gap, y: at.y - lift }),
      at1(-gap - width, -height / 2, { x: at.x - gap, y: at.y }),
      at1(-gap - width, -lift - height / 2, { x: at.x - gap, y: at.y - lift }),
      at1(-gap - width, lift - height / 2, { x: at.x - gap, y: at.y + lift }),
      at1(-width * 0.3, gap, { x: at.x + width * 0.1, y: at.y + gap }),
      at1(-width * 0.3, -gap - height, { x: at.x + width * 0.1, y: at.y - gap }),
    ];
  });
}

function cost(box: Box, placed: ReadonlyArray<PlacedPlate>, cities: ReadonlyArray<Point>, marks: ReadonlyArray<Point>, view: Box, scale: number): number {
  // Half the width of a pipe and a little air.
  const room = 5 * scale;
  const covered = placed.reduce((sum, other) => sum + overlap(grow(box, room), other.box), 0);
  const hidden = cities.filter((city) => contains(grow(box, room), city)).length;
  const marked = marks.filter((point) => contains(grow(box, room), point)).length;
  const inside = overlap(box, view);
  return covered + hidden * box.width * box.height * 0.5 + marked * box.height * 2 * scale + (box.width * box.height - inside) * 4;
}

const grow = (box: Box, by: number): Box => ({ x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by });

const contains = (box: Box, { x, y }: Point): boolean => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) * Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));
