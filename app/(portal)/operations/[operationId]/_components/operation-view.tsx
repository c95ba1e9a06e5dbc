"use client";

import { useTranslations } from "next-intl";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Duration } from "@/app/_components/ui/duration";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import type { OperationView as Operation } from "@/lib/operations/client";
import { currentStepOf } from "../../../_components/current-step";
import { operationKindOf } from "../../../_components/operation-kind";
import { OperationProgress } from "../../../_components/operation-progress";
import { OperationTimeline } from "../../../_components/operation-timeline";
import { useOperation } from "../../../_hooks/use-operation";

type Props = Readonly<{ initial: Operation; /** Undefined for who may not open it. */ application: Readonly<{ id: string; name: string }> | undefined }>;

const kinds = { PENDING: "wait", RUNNING: "flow", SUCCEEDED: "well", FAILED: "fault" } as const;

export function OperationView({ initial, application }: Props) {
  const t = useTranslations("operations");
  const list = useTranslations("applications");
  const operation = useOperation({ operationId: initial.id, initial }) ?? initial;
  const what = t(`kind.${operationKindOf(operation)}`);
  const name = application?.name;
  return (
    <ConsolePage crumbs={[{ label: list("crumb"), href: "/applications" }, ...(application && name ? [{ label: name, href: `/applications/${application.id}` }] : []), { label: t("crumb") }]}>
      <PageHead
        title={name ? t("of", { what, name }) : what}
        status={
          <Status kind={kinds[operation.state]} badge>
            {t(`state.${operation.state}`)}
          </Status>
        }
        subtitle={<Position operation={operation} />}
        actions={application ? <ButtonLink href={`/applications/${application.id}`}>{t("openApplication")}</ButtonLink> : undefined}
      />
      {operation.error ? (
        <Note kind="bad" title={t("stopped")} announce>
          {operation.error.message}
        </Note>
      ) : null}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_350px]">
        <Sheet title={t("stepsLabel")}>
          <OperationTimeline operation={operation} />
        </Sheet>
        <OperationProgress operation={operation} />
      </div>
    </ConsolePage>
  );
}

function Position({ operation }: Readonly<{ operation: Operation }>) {
  const t = useTranslations("operations");
  const step = currentStepOf(operation);
  const place = { current: step ? operation.steps.indexOf(step) + 1 : operation.steps.length, total: operation.steps.length };
  if (operation.state === "FAILED") return t("failedAt", place);
  if (operation.state !== "SUCCEEDED") return `${t("position", place)} ${t(operationKindOf(operation) === "change" ? "mayCloseQuietly" : "mayClose")}`;
  const { createdAt, finishedAt } = operation;
  return finishedAt ? t.rich("doneIn", { time: () => <Duration ms={new Date(finishedAt).getTime() - new Date(createdAt).getTime()} /> }) : null;
}
