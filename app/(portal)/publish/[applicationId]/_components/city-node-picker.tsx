"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Plate } from "@/app/_components/ui/plate";
import { SearchField } from "@/app/_components/ui/search-field";
import { Sheet } from "@/app/_components/ui/sheet";
import type { CityNodeView } from "@/lib/city-nodes/client";

type Props = Readonly<{
  cityNodes: ReadonlyArray<CityNodeView>;
  codes: readonly string[];
  /** As many are chosen as the plan includes. */
  full: boolean;
  onToggle: (code: string) => void;
}>;

/** The catalogue as a list, for keyboards, screen readers and small screens: everything the map does. */
export function CityNodePicker({ cityNodes, codes, full, onToggle }: Props) {
  const t = useTranslations("publish.city-nodes");
  const [search, setSearch] = useState("");
  const words = search.trim().toLowerCase();
  const matching = (cityNode: CityNodeView) => [cityNode.code, cityNode.city, cityNode.country, cityNode.provider, cityNode.region].some((text) => text.toLowerCase().includes(words));
  const found = cityNodes.filter(matching);
  const open = found.filter(({ state }) => state !== "PLANNED");
  const planned = found.filter(({ state }) => state === "PLANNED");
  return (
    <Sheet title={t("catalogue")} aside={<SearchField label={t("search")} placeholder={t("searchPlaceholder")} value={search} onChange={(event) => setSearch(event.target.value)} />}>
      <div className="grid gap-4">
        <ul className="grid gap-x-5 gap-y-1 md:grid-cols-2" aria-label={t("open")}>
          {open.map((cityNode) => (
            <li key={cityNode.code}>
              <label className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-control px-2 py-1 hover:bg-hover has-disabled:cursor-not-allowed">
                <input
                  type="checkbox"
                  className="accent-(--enamel)"
                  checked={codes.includes(cityNode.code)}
                  disabled={!codes.includes(cityNode.code) && (full || !cityNode.selectable)}
                  onChange={() => onToggle(cityNode.code)}
                />
                <Plate code={cityNode.code} hollow={!cityNode.selectable} />
                <span className="min-w-0 text-sm">
                  {cityNode.city}
                  <span className="block text-xs text-ink-2">{cityNode.selectable ? cityNode.provider : t("away")}</span>
                </span>
              </label>
            </li>
          ))}
        </ul>
        {found.length === 0 ? <p className="text-sm text-ink-2">{t("noMatch", { search: search.trim() })}</p> : null}
        {full ? <p className="text-sm text-ink-2">{t("full")}</p> : null}
        {planned.length > 0 ? (
          <details className="text-sm">
            <summary className="cursor-pointer text-ink-2">{t("planned", { count: planned.length })}</summary>
            <p className="mt-2 leading-relaxed text-ink-2">{planned.map(({ city }) => city).join(" · ")}</p>
          </details>
        ) : null}
      </div>
    </Sheet>
  );
}
