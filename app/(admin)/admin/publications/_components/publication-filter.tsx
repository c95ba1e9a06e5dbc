"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useEffect, useEffectEvent, useState, useTransition } from "react";
import { SearchField } from "@/app/_components/ui/search-field";
import { Select } from "@/app/_components/ui/select";
import { Turning } from "@/app/_components/ui/turning";
import { publicationStates, type ListPublicationsInput } from "@/lib/applications/client";
import { publicationsPath } from "./publications-path";

/** A pause in typing after which the list is asked for. */
const typingMs = 250;

/** Changes the address, so that a filtered list can be reloaded and sent to somebody. */
export function PublicationFilter({ filter }: Readonly<{ filter: ListPublicationsInput }>) {
  const t = useTranslations("admin.publications");
  const states = useTranslations("portal.state");
  const router = useRouter();
  const shown = filter.search ?? "";
  const [typed, setTyped] = useState(shown);
  const [pending, startTransition] = useTransition();

  const show = (next: { search: string; state: string }) => startTransition(() => router.replace(publicationsPath(next), { scroll: false }));
  const showTyped = useEffectEvent(() => show({ search: typed, state: filter.state }));
  useEffect(() => {
    if (typed.trim() === shown.trim()) return;
    const timer = window.setTimeout(showTyped, typingMs);
    return () => window.clearTimeout(timer);
  }, [typed, shown]);

  return (
    <form className="flex flex-wrap items-center gap-2" action="/admin/publications">
      <SearchField name="search" label={t("search")} placeholder={t("searchHint")} value={typed} onChange={(event) => setTyped(event.target.value)} maxLength={80} className="w-72 max-md:w-full" />
      <Select name="state" size="sm" aria-label={t("stateFilter")} value={filter.state} onChange={(event) => show({ search: typed, state: event.target.value })} className="w-auto">
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
