import { useTranslations } from "next-intl";
import Link from "next/link";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import type { CityNodeView } from "@/lib/city-nodes/client";

/** There are many of them and nothing to measure: names close together, apart from those that can be chosen. */
export function PlannedCityNodes({ cityNodes }: Readonly<{ cityNodes: ReadonlyArray<CityNodeView> }>) {
  const t = useTranslations("cityNodes");
  return (
    <Sheet title={t("plannedTitle")} foot={t("plannedFoot")}>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(150px,1fr))] gap-x-4 gap-y-2.5 text-sm">
        {cityNodes.map(({ code, city }) => (
          <li key={code} className="min-w-0">
            <Link href={`/city-nodes/${code}`} className="inline-flex max-w-full items-center gap-2">
              <Plate code={code} hollow />
              <span className="truncate">{city}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
