import { geoNaturalEarth1 } from "d3-geo";

export type Point = Readonly<{ x: number; y: number }>;

/** Natural Earth, turned by 11 degrees so that the edge falls into the Bering Strait and cuts no land off. */
export const worldProjection = () => geoNaturalEarth1().rotate([-11, 0]).scale(249).translate([600, 339]);

/** What is shown: without Antarctica and the far Arctic, where no city node will be. */
export const worldView = { x: 0, y: 4, width: 1200, height: 532 } as const;

const project = worldProjection();

/**
 * Place of a city on the map.
 * @param lat degrees north, -90 to 90
 * @param lon degrees east, -180 to 180
 */
export function projectCity(lat: number, lon: number): Point {
  const point = project([lon, lat]);
  if (!point) throw new RangeError(`No place on the map for latitude ${lat}, longitude ${lon}`);
  return { x: Math.round(point[0] * 10) / 10, y: Math.round(point[1] * 10) / 10 };
}
