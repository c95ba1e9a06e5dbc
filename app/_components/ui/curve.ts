type Box = Readonly<{ width: number; height: number; /** Value at the upper edge. */ top: number }>;

/** Points of an SVG polyline through values at even distances, 0 at the lower edge; one value becomes a level line. */
export function curvePoints(values: ReadonlyArray<number>, { width, height, top }: Box): string {
  const drawn = values.length === 1 ? [...values, ...values] : values;
  const step = width / Math.max(1, drawn.length - 1);
  const unit = top > 0 ? height / top : 0;
  return drawn.map((value, place) => `${round(place * step)},${round(height - Math.min(top, Math.max(0, value)) * unit)}`).join(" ");
}

const round = (length: number): number => Math.round(length * 10) / 10;
