import { curvePoints } from "./curve";

type Props = Readonly<{
  /** Oldest first, at even distances; not negative. */
  values: ReadonlyArray<number>;
  /** Says the range and the last value; without it the line is decoration beside a number. */
  label?: string;
  width?: number;
  height?: number;
}>;

/** No axes: the number stands beside it. */
export function Sparkline({ values, label, width = 110, height = 26 }: Props) {
  if (values.length === 0) return null;
  const points = curvePoints(values, { width, height, top: Math.max(...values) * 1.15 });
  return (
    <svg className="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}>
      <polygon className="spark-area" points={`0,${height} ${points} ${width},${height}`} />
      <polyline className="spark-line" points={points} />
    </svg>
  );
}
