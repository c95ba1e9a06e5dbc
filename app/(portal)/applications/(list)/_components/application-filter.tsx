"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { SearchField } from "@/app/_components/ui/search-field";
import { Select } from "@/app/_components/ui/select";
import { Turning } from "@/app/_components/ui/turning";
import { useAddressText } from "@/app/_forms/use-address-text";
import { applicationStates } from "@/lib/applications/client";
import { applicationsPath } from "./applications-path";

type Props = Readonly<{ search: string; state: string }>;

/** Changes the address, so that a filtered list can be reloaded and sent to somebody. Works by Enter where no script runs. */
export function ApplicationFilter({ search, state }: Props) {
  const t = useTranslations("applications");
  const states = useTranslations("portal.state");
  const router = useRouter();
  const [pending, startTransition] = useTransition();

  const show = (next: { search: string; state: string }) => startTransition(() => router.replace(applicationsPath(next), { scroll: false }));
  const typed = useAddressText(search, (text) => show({ search: text, state }));
  const choose = (next: string) => {
    typed.asked(typed.text);
    show({ search: typed.text, state: next });
  };

  return (
    <form className="flex flex-wrap items-center gap-2" action="/applications">
      <SearchField name="search" label={t("search")} placeholder={t("searchHint")} value={typed.text} onChange={(event) => typed.type(event.target.value)} maxLength={80} className="w-72 max-md:w-full" />
      <Select name="state" size="sm" aria-label={t("stateFilter")} value={state} onChange={(event) => choose(event.target.value)} className="w-auto">
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
