"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { SearchField } from "@/app/_components/ui/search-field";
import { Select } from "@/app/_components/ui/select";
import { Turning } from "@/app/_components/ui/turning";
import { useAddressText } from "@/app/_forms/use-address-text";
import { publicationStates, type ListPublicationsInput } from "@/lib/applications/client";
import { publicationsPath } from "./publications-path";

/** Changes the address, so that a filtered list can be reloaded and sent to somebody. */
export function PublicationFilter({ filter }: Readonly<{ filter: ListPublicationsInput }>) {
  const t = useTranslations("admin.publications");
  const states = useTranslations("portal.state");
  const router = useRouter();
  const [pending, startTransition] = useTransition();

  const show = (next: { search: string; state: string }) => startTransition(() => router.replace(publicationsPath(next), { scroll: false }));
  const typed = useAddressText(filter.search ?? "", (text) => show({ search: text, state: filter.state }));
  const choose = (next: string) => {
    typed.asked(typed.text);
    show({ search: typed.text, state: next });
  };

  return (
    <form className="flex flex-wrap items-center gap-2" action="/admin/publications">
      <SearchField name="search" label={t("search")} placeholder={t("searchHint")} value={typed.text} onChange={(event) => typed.type(event.target.value)} maxLength={80} className="w-72 max-md:w-full" />
      <Select name="state" size="sm" aria-label={t("stateFilter")} value={filter.state} onChange={(event) => choose(event.target.value)} className="w-auto">
        {publicationStates.map((state) => (
          <option key={state} value={state}>
            {states(state)}
          </option>
        ))}
      </Select>
      {pending ? <Turning /> : null}
    </form>
  );
}
