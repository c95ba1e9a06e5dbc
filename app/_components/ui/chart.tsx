import { curvePoints } from "./curve";

type Props = Readonly<{
  /** Oldest first, at even distances; not negative. */
  values: ReadonlyArray<number>;
  /** What a screen reader hears instead: range, period, last value. */
  label: string;
  /** Labels under the curve, from its beginning to its end. */
  axis: ReadonlyArray<string>;
  formatGridline: (value: number) => string;
}>;

const width = 600;
const height = 80;

/** A curve with three labelled gridlines. */
export function Chart({ values, label, axis, formatGridline }: Props) {
  const step = gridStep(Math.max(0, ...values));
  const top = step * 4;
  const points = curvePoints(values, { width, height, top });
  const gridlines = [3, 2, 1].map((place) => ({ value: step * place, y: height - (height / 4) * place }));
  return (
    <div className="grid gap-1.5">
      <div className="relative pr-9">
        <svg className="block h-20 w-full border-b border-line-strong" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
          {gridlines.map(({ value, y }) => (
            <path key={value} className="spark-grid" d={`M0 ${y}H${width}`} />
          ))}
          {values.length > 0 ? (
            <>
              <polygon className="spark-area" points={`0,${height} ${points} ${width},${height}`} />
              <polyline className="spark-line" points={points} />
            </>
          ) : null}
        </svg>
        {gridlines.map(({ value, y }) => (
          <span key={value} className="absolute right-0 -translate-y-1/2 text-2xs leading-none text-ink-3" style={{ top: y }} aria-hidden="true">
            {formatGridline(value)}
          </span>
        ))}
      </div>
      <div className="flex justify-between pr-9 text-xs text-ink-3" aria-hidden="true">
        {axis.map((text) => (
          <span key={text}>{text}</span>
        ))}
      </div>
    </div>
  );
}

/** The smallest of 1, 2, 3, 5 times a power of ten of which four reach the greatest value. */
export function gridStep(greatest: number): number {
  if (greatest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(greatest / 4));
  return [1, 2, 3, 5, 10].map((times) => times * power).find((step) => step * 4 >= greatest) ?? 10 * power;
}
