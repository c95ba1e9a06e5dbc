"use client";

import { useTranslations } from "next-intl";
import { Time } from "@/app/_components/ui/time";
import type { SaveState } from "../_hooks/use-draft";

/** How fresh the stored draft is. */
export function SaveMark({ save }: Readonly<{ save: SaveState }>) {
  const t = useTranslations("publish.save");
  return (
    <span className="text-sm text-ink-2 max-md:hidden" aria-live="polite">
      {save.kind === "saved" ? t.rich("saved", { time: () => <Time value={save.at} /> }) : t(save.kind)}
    </span>
  );
}
