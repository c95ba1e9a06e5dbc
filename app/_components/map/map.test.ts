import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitView } from "./fit-view";
import { placePlates, type Box } from "./place-plates";
import { projectCity, worldView, type Point } from "./projection";
import { crossings, pipePath, ringMain } from "./ring-main";

const inWorld = fc.record({ x: fc.integer({ min: 0, max: 1200 }), y: fc.integer({ min: 4, max: 536 }) });

describe("projectCity", () => {
  it("keeps east and west, north and south, and all cities in view", () => {
    const [singapore, paris, sydney, california] = [projectCity(1.35, 103.82), projectCity(48.86, 2.35), projectCity(-33.87, 151.21), projectCity(37.77, -122.42)];
    expect(california.x).toBeLessThan(paris.x);
    expect(paris.x).toBeLessThan(singapore.x);
    expect(paris.y).toBeLessThan(singapore.y);
    expect(singapore.y).toBeLessThan(sydney.y);
    for (const { x, y } of [singapore, paris, sydney, california]) {
      expect(x).toBeGreaterThan(worldView.x);
      expect(x).toBeLessThan(worldView.width);
      expect(y).toBeGreaterThan(worldView.y);
      expect(y).toBeLessThan(worldView.y + worldView.height);
    }
  });
});

describe("ringMain", () => {
  it("joins no fewer than two, two by one pipe, more in a ring through all of them", () => {
    const [a, b, c] = [
      { x: 100, y: 100 },
      { x: 500, y: 120 },
      { x: 300, y: 400 },
    ];
    expect(ringMain([])).toEqual([]);
    expect(ringMain([a])).toEqual([]);
    expect(ringMain([a, b])).toHaveLength(1);
    const ends = ringMain([a, b, c]).flatMap(([from, , to]) => [from, to]);
    for (const point of [a, b, c]) expect(ends.filter((end) => end === point)).toHaveLength(2);
  });

  it("bends only by 45 degrees", () => {
    fc.assert(
      fc.property(fc.uniqueArray(inWorld, { minLength: 2, maxLength: 7, selector: ({ x, y }) => `${x},${y}` }), (points) => {
        for (const [from, corner, to] of ringMain(points)) {
          for (const [p, q] of [[from, corner] as const, [corner, to] as const]) {
            const dx = Math.abs(q.x - p.x);
            const dy = Math.abs(q.y - p.y);
            expect(dx < 0.11 || dy < 0.11 || Math.abs(dx - dy) < 0.11).toBe(true);
          }
        }
      }),
    );
  });

  it("neither crosses nor covers itself between Paris, Shanghai and Singapore", () => {
    const ring = ringMain([projectCity(48.86, 2.35), projectCity(31.23, 121.47), projectCity(1.35, 103.82)]);
    expect(crossings(ring)).toBe(0);
    expect(new Set(ring.map(pipePath)).size).toBe(3);
  });
});

describe("placePlates", () => {
  const size = { width: 58, height: 21 };
  const overlaps = (a: Box, b: Box) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  const place = (points: ReadonlyArray<Point>) =>
    placePlates(
      points.map((at) => ({ at, size })),
      points,
      [],
      worldView,
      1,
    );

  it("covers neither another plate nor a city where cities stand apart", () => {
    const points = [projectCity(1.35, 103.82), projectCity(22.32, 114.17), projectCity(35.68, 139.69), projectCity(48.86, 2.35), projectCity(-33.87, 151.21)];
    const plates = place(points);
    for (const [index, { box }] of plates.entries()) {
      for (const other of plates.slice(index + 1)) expect(overlaps(box, other.box)).toBe(false);
      for (const { x, y } of points) expect(overlaps(box, { x, y, width: 0, height: 0 })).toBe(false);
    }
  });

  it("stays in view at every edge", () => {
    fc.assert(
      fc.property(inWorld, (at) => {
        const [plate] = place([at]);
        expect(plate).toBeDefined();
        if (!plate) return;
        expect(plate.box.x).toBeGreaterThanOrEqual(worldView.x);
        expect(plate.box.x + size.width).toBeLessThanOrEqual(worldView.x + worldView.width);
        expect(plate.box.y).toBeGreaterThanOrEqual(worldView.y);
        expect(plate.box.y + size.height).toBeLessThanOrEqual(worldView.y + worldView.height);
      }),
    );
  });

  it("still gives every city a plate where they are crowded", () => {
    expect(place(Array.from({ length: 40 }, (_, index) => ({ x: 600 + index, y: 200 })))).toHaveLength(40);
  });
});

describe("fitView", () => {
  it("shows every point and never more than the world", () => {
    fc.assert(
      fc.property(fc.array(inWorld, { minLength: 1, maxLength: 12 }), (points) => {
        const view = fitView(points);
        expect(view.width).toBeLessThanOrEqual(worldView.width);
        expect(view.height).toBeLessThanOrEqual(worldView.height);
        expect(view.x).toBeGreaterThanOrEqual(worldView.x);
        expect(view.y).toBeGreaterThanOrEqual(worldView.y);
        for (const { x } of points) {
          expect(x).toBeGreaterThanOrEqual(view.x - 0.1);
          expect(x).toBeLessThanOrEqual(view.x + view.width + 0.1);
        }
      }),
    );
  });

  it("shows the world when there is nothing to fit", () => {
    expect(fitView([])).toEqual(worldView);
  });
});
