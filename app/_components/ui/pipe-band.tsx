import { useTranslations } from "next-intl";

/** Bands on the pipe as x and width on a length of 24: three thin ones for Ethereum, one wide one for Fabric. */
const bands = {
  ethereum: {
    colour: "var(--pipe-ethereum)",
    marks: [
      [6, 2],
      [10.5, 2],
      [15, 2],
    ],
  },
  fabric: { colour: "var(--pipe-fabric)", marks: [[8, 8]] },
} as const;

export type FrameworkName = keyof typeof bands;

type Props = Readonly<{ framework: FrameworkName; version?: string }>;

/** A framework by its pipe: colour, band pattern and name, always all three. */
export function PipeBand({ framework, version }: Props) {
  const t = useTranslations("ui.framework");
  const { colour, marks } = bands[framework];
  return (
    <span className="inline-flex items-baseline gap-[9px] whitespace-nowrap">
      <svg width="36" height="18" viewBox="0 0 24 12" aria-hidden="true" style={{ color: colour }} className="relative top-[4.5px] -my-[5px]">
        <rect x="2" y="2.6" width="20" height="6.8" fill="currentColor" opacity=".2" />
        <path d="M2 2.6h20M2 9.4h20" stroke="currentColor" strokeWidth=".9" />
        <rect x=".5" y="1" width="2" height="10" rx=".5" fill="currentColor" />
        <rect x="21.5" y="1" width="2" height="10" rx=".5" fill="currentColor" />
        {marks.map(([x, width]) => (
          <rect key={x} x={x} y="2.6" width={width} height="6.8" fill="currentColor" />
        ))}
      </svg>
      <span>
        {t(framework)}
        {version ? <span className="ml-1.5 text-xs font-body text-ink-3">{version}</span> : null}
      </span>
    </span>
  );
}
