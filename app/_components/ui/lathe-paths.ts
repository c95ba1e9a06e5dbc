const round = (length: number): string => length.toFixed(1);

const line = (points: ReadonlyArray<readonly [number, number]>): string => `M${points.map(([x, y]) => `${round(x)} ${round(y)}`).join("L")}`;

const range = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, place) => place);

/** Path of a band as engraved on stationery: waves and their mirror images, a little further along each time. */
export function lathePath(width: number, height: number): string {
  const period = 68;
  const middle = height / 2;
  const waves = range(6).flatMap((wave) => {
    const swing = (angle: number) => (0.39 + wave * 0.064) * Math.sin(angle + wave * 0.6) + 0.17 * Math.sin(3 * angle + wave);
    return [1, -1].map((side) =>
      line(
        range(Math.floor(width / 4) + 1).map((place) => [place * 4, middle + side * middle * swing(((place * 4) / period) * 2 * Math.PI)] as const),
      ),
    );
  });
  return waves.join("");
}

/** Path of a rosette in a square of 100: four rings, each of three waves round the middle. */
export function rosettePath(petals: number): string {
  const rings = [
    { radius: 44, swing: 5, petals },
    { radius: 36, swing: 7, petals },
    { radius: 27, swing: 8, petals },
    { radius: 17, swing: 7, petals: petals / 2 },
  ];
  const samples = petals * 11;
  return rings
    .flatMap((ring) =>
      range(3).map((wave) =>
        line(
          range(samples + 1).map((place) => {
            const angle = (place / samples) * 2 * Math.PI;
            const radius = ring.radius + ring.swing * Math.cos(ring.petals * angle + (wave * 2 * Math.PI) / 3);
            return [50 + radius * Math.cos(angle), 50 + radius * Math.sin(angle)] as const;
          }),
        ),
      ),
    )
    .join("");
}
