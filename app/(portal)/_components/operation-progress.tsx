import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Hash } from "@/app/_components/ui/hash";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Progress } from "@/app/_components/ui/progress";
import { Sheet } from "@/app/_components/ui/sheet";
import { Time } from "@/app/_components/ui/time";
import { isFinalOperation, type OperationView } from "@/lib/operations/client";
import { Elapsed } from "./elapsed";

type Props = Readonly<{ operation: OperationView; foot?: ReactNode }>;

/** Beside the timeline: how long it takes, how far it is, which operation it is. */
export function OperationProgress({ operation, foot }: Props) {
  const t = useTranslations("operations");
  const { done, total } = operation.progress;
  const final = isFinalOperation(operation.state);
  return (
    <Sheet label={t("progress")} flush foot={foot}>
      <div className="grid gap-4 p-4">
        <div>
          <p className="label">{t(final ? "timeInAll" : "timeSoFar")}</p>
          <p className="text-4xl leading-none font-sign tracking-tight">
            <Elapsed since={operation.createdAt} until={operation.finishedAt} />
          </p>
        </div>
        <div className="grid gap-1.5">
          <span className="text-sm">{t("stepsDone", { done, total })}</span>
          <Progress label={t("progress")} share={total === 0 ? 0 : done / total} />
        </div>
      </div>
      <div className="border-t border-line px-4">
        <KeyValues
          items={[
            { label: t("operation"), value: <Hash value={operation.id} copyName={t("operationId")} href={`/operations/${operation.id}`} /> },
            { label: t("startedAt"), value: <Time value={operation.createdAt} show="moment" /> },
            ...(operation.finishedAt ? [{ label: t("finishedAt"), value: <Time value={operation.finishedAt} show="moment" /> }] : []),
          ]}
        />
      </div>
    </Sheet>
  );
}
