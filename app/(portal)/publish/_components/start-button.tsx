"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { FailureNote } from "@/app/_forms/failure-note";
import { useCreateDraft } from "../_hooks/use-create-draft";

/** Begins a new draft. Primary only where there is none to go on with. */
export function StartButton({ primary }: Readonly<{ primary: boolean }>) {
  const t = useTranslations("publish.start");
  const create = useCreateDraft();
  return (
    <div className="grid justify-items-start gap-3">
      <FailureNote error={create.error ?? undefined} />
      <Button look={primary ? "primary" : "plain"} size="lg" icon="add" loading={create.isPending || create.isSuccess} onClick={() => create.mutate()}>
        {t("begin")}
      </Button>
    </div>
  );
}
