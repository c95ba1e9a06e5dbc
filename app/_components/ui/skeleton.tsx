import { useTranslations } from "next-intl";

/** Ragged like text, so that it does not look like a bar chart. */
const widths = ["40%", "100%", "85%", "70%", "92%"] as const;

type Props = Readonly<{ lines?: number; /** What is coming, read out instead of "Loading". */ label?: string }>;

/** Holds the place of text that is being fetched. Put it where the text will be. */
export function Skeleton({ lines = 3, label }: Props) {
  const t = useTranslations("ui");
  return (
    <output aria-label={label ?? t("loading")} className="grid gap-2.5 py-1">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="skel" style={{ width: widths[line % widths.length] }} />
      ))}
    </output>
  );
}
