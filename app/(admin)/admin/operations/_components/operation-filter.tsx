"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { Select } from "@/app/_components/ui/select";
import { Turning } from "@/app/_components/ui/turning";
import { operationFilterSchema, operationStates, operationsPath, type OperationFilter as Filter } from "./operations-path";

/** Changes the address, so that a filtered list can be reloaded and sent to somebody. */
export function OperationFilter({ filter }: Readonly<{ filter: Filter }>) {
  const t = useTranslations("admin.operations");
  const states = useTranslations("operations.state");
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const show = (state: string) => {
    const { data } = operationFilterSchema.safeParse({ ...filter, state: state || undefined, after: undefined });
    if (data) startTransition(() => router.replace(operationsPath(data), { scroll: false }));
  };
  return (
    <div className="flex items-center gap-2">
      <Select size="sm" aria-label={t("stateFilter")} value={filter.state ?? ""} onChange={(event) => show(event.target.value)} className="w-auto">
        <option value="">{t("allStates")}</option>
        {operationStates.map((state) => (
          <option key={state} value={state}>
            {states(state)}
          </option>
        ))}
      </Select>
      {pending ? <Turning /> : null}
    </div>
  );
}
