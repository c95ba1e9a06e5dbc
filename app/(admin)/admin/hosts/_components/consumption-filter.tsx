"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { SearchField } from "@/app/_components/ui/search-field";
import { Select } from "@/app/_components/ui/select";
import { Turning } from "@/app/_components/ui/turning";
import { useAddressText } from "@/app/_forms/use-address-text";
import { consumptionFilterSchema, consumptionPath, type ConsumptionFilter as Filter } from "./consumption-path";

type Props = Readonly<{ hostId: string; filter: Filter; /** Codes of those that the host carries. */ cityNodes: ReadonlyArray<string> }>;

/** Changes the address, so that a filtered list can be reloaded and sent to somebody. */
export function ConsumptionFilter({ hostId, filter, cityNodes }: Props) {
  const t = useTranslations("admin.hosts");
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const show = (next: { search: string; cityNode: string }) => {
    const { data } = consumptionFilterSchema.safeParse({ ...filter, search: next.search.trim() || undefined, cityNode: next.cityNode || undefined, offset: 0 });
    if (data) startTransition(() => router.replace(consumptionPath(hostId, data), { scroll: false }));
  };
  const typed = useAddressText(filter.search ?? "", (text) => show({ search: text, cityNode: filter.cityNode ?? "" }));
  const choose = (cityNode: string) => {
    typed.asked(typed.text);
    show({ search: typed.text, cityNode });
  };
  return (
    <form className="flex flex-wrap items-center gap-2" action={`/admin/hosts/${hostId}`}>
      <SearchField name="search" label={t("search")} placeholder={t("searchHint")} value={typed.text} onChange={(event) => typed.type(event.target.value)} maxLength={80} className="w-72 max-md:w-full" />
      {cityNodes.length > 1 ? (
        <Select name="cityNode" size="sm" aria-label={t("cityNodeFilter")} value={filter.cityNode ?? ""} onChange={(event) => choose(event.target.value)} className="w-auto">
          <option value="">{t("allCityNodes")}</option>
          {cityNodes.map((code) => (
            <option key={code} value={code}>
              {code}
            </option>
          ))}
        </Select>
      ) : null}
      {pending ? <Turning /> : null}
    </form>
  );
}
