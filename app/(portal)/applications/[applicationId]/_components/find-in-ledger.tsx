"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState, type SubmitEvent } from "react";
import { Button } from "@/app/_components/ui/button";
import { SearchField } from "@/app/_components/ui/search-field";
import { isApiError } from "@/app/_api/api-error";
import { fetchJson } from "@/app/_api/fetch-json";
import { blockReferenceSchema } from "@/lib/explorer/client";

/** A height leads to its block; a hash to its transaction, or else to its block. */
export function FindInLedger({ applicationId }: Readonly<{ applicationId: string }>) {
  const t = useTranslations("explorer");
  const router = useRouter();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const path = `/applications/${applicationId}`;

  const find = async (event: SubmitEvent) => {
    event.preventDefault();
    const text = typed.trim().replaceAll(/[\s,]/g, "");
    const reference = blockReferenceSchema.safeParse(text);
    setWrong(!reference.success);
    if (!reference.success) return;
    router.push(reference.data.startsWith("0x") && (await isTransaction(applicationId, reference.data)) ? `${path}/transactions/${reference.data}` : `${path}/blocks/${reference.data}`);
  };

  return (
    <form onSubmit={(event) => void find(event)} className="grid gap-1">
      <span className="flex gap-2">
        <SearchField label={t("findLabel")} placeholder={t("findHint")} value={typed} onChange={(event) => setTyped(event.target.value)} maxLength={80} aria-invalid={wrong || undefined} className="w-60 max-md:grow" />
        <Button type="submit" size="sm">
          {t("find")}
        </Button>
      </span>
      <span aria-live="polite" className="text-xs text-hydrant-ink">
        {wrong ? t("findWrong") : null}
      </span>
    </form>
  );
}

async function isTransaction(applicationId: string, hash: string): Promise<boolean> {
  try {
    await fetchJson(`/api/applications/${applicationId}/transactions/${hash}`);
    return true;
  } catch (error) {
    // The page that is opened then says what is wrong, if anything is.
    if (isApiError(error)) return false;
    throw error;
  }
}
