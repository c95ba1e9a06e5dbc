"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useEffect, useEffectEvent, useState, useTransition } from "react";
import { SearchField } from "@/app/_components/ui/search-field";
import { Select } from "@/app/_components/ui/select";
import { Turning } from "@/app/_components/ui/turning";
import { applicationStates } from "@/lib/applications/client";
import { applicationsPath } from "./applications-path";

type Props = Readonly<{ search: string; state: string }>;

/** A pause in typing after which the list is asked for. */
const typingMs = 250;

/** Changes the address, so that a filtered list can be reloaded and sent to somebody. Works by Enter where no script runs. */
export function ApplicationFilter({ search, state }: Props) {
  const t = useTranslations("applications");
  const states = useTranslations("portal.state");
  const router = useRouter();
  const [typed, setTyped] = useState(search);
  const [pending, startTransition] = useTransition();

  const show = (next: { search: string; state: string }) => startTransition(() => router.replace(applicationsPath(next), { scroll: false }));
  const showTyped = useEffectEvent(() => show({ search: typed, state }));
  useEffect(() => {
    if (typed.trim() === search.trim()) return;
    const timer = window.setTimeout(showTyped, typingMs);
    return () => window.clearTimeout(timer);
  }, [typed, search]);

  return (
    <form className="flex flex-wrap items-center gap-2" action="/applications">
      <SearchField name="search" label={t("search")} placeholder={t("searchHint")} value={typed} onChange={(event) => setTyped(event.target.value)} maxLength={80} className="w-72 max-md:w-full" />
      <Select name="state" size="sm" aria-label={t("stateFilter")} value={state} onChange={(event) => show({ search: typed, state: event.target.value })} className="w-auto">
        <option value="">{t("allStates")}</option>
        {applicationStates.map((one) => (
          <option key={one} value={one}>
            {states(one)}
          </option>
        ))}
      </Select>
      {pending ? <Turning /> : null}
    </form>
  );
}
