import { geoPath } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { worldProjection } from "@/app/_components/map/projection";
import land from "world-atlas/land-110m.json";

// Drawn once, at build time: the coast does not change. Pages point into this file, so it is fetched once and kept.
export const dynamic = "force-static";

/** The land of the Earth without borders, Natural Earth's public domain shapes, as one path with the id `land`. */
export function GET(): Response {
  // The package's JSON is wider typed than what it holds: one object named land.
  const atlas = land as unknown as Topology<{ land: GeometryCollection }>;
  const coast = geoPath(worldProjection()).digits(0)(feature(atlas, atlas.objects.land)) ?? "";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 4 1200 532"><path id="land" d="${coast}"/></svg>`;
  return new Response(svg, { headers: { "content-type": "image/svg+xml", "cache-control": "public, max-age=86400" } });
}
