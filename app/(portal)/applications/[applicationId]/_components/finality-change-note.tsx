"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { Note } from "@/app/_components/ui/note";
import { currentStepOf } from "../../../_components/current-step";
import { useOperation } from "../../../_hooks/use-operation";
import type { SubChainView } from "@/lib/sub-chains/client";
import { useChangeFinality } from "../_hooks/use-change-finality";

type Props = Readonly<{ applicationId: string; change: NonNullable<SubChainView["change"]>; mayChange: boolean }>;

/** A change of the rules that is under way, or one that stopped and can go on. */
export function FinalityChangeNote({ applicationId, change, mayChange }: Props) {
  const t = useTranslations("finality.change");
  const modes = useTranslations("finality.within");
  const errorText = useErrorText();
  const operation = useOperation({ operationId: change.operationId });
  const again = useChangeFinality(applicationId);
  const mode = modes(change.finality);
  const steps = <Link href={`/operations/${change.operationId}`}>{t("follow")}</Link>;
  if (change.state !== "FAILED") {
    const waitsFor = operation && currentStepOf(operation)?.message;
    return (
      <Note kind="info" title={t("runningTitle", { mode })} actions={steps} announce>
        {waitsFor ?? (operation ? t("runningText", operation.progress) : null)}
      </Note>
    );
  }
  return (
    <Note
      kind="bad"
      title={t("failedTitle", { mode })}
      announce
      actions={
        <>
          {steps}
          {mayChange ? (
            <Button size="sm" loading={again.isPending} onClick={() => again.mutate({ finality: change.finality })}>
              {t("goOn")}
            </Button>
          ) : null}
        </>
      }
    >
      {again.error ? errorText(again.error) : change.reason} {t("failedText")}
    </Note>
  );
}
