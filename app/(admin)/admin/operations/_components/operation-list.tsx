import { useTranslations } from "next-intl";
import Link from "next/link";
import { currentStepOf } from "@/app/(portal)/_components/current-step";
import { Elapsed } from "@/app/(portal)/_components/elapsed";
import { operationKindOf } from "@/app/(portal)/_components/operation-kind";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Empty } from "@/app/_components/ui/empty";
import { Hash } from "@/app/_components/ui/hash";
import { Sheet } from "@/app/_components/ui/sheet";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { OperationView } from "@/lib/operations/client";
import { OperationStatus } from "../../../_components/operation-status";
import { operationsPath, type OperationFilter } from "./operations-path";

type Props = Readonly<{ operations: ReadonlyArray<OperationView>; next: string | null; filter: OperationFilter }>;

export function OperationList({ operations, next, filter }: Props) {
  const t = useTranslations("admin.operations");
  const words = useTranslations("operations");
  return (
    <>
      <Sheet label={t("crumb")} flush>
        <Table
          label={t("crumb")}
          rows={operations}
          rowKey={({ id }) => id}
          empty={<Empty title={t("none")}>{t("noneText")}</Empty>}
          columns={[
            {
              key: "kind",
              head: t("operation"),
              cell: (operation) => (
                <Link href={`/admin/operations/${operation.id}`} className="font-medium">
                  {words(`kind.${operationKindOf(operation)}`)}
                </Link>
              ),
            },
            { key: "state", head: t("state"), cell: ({ state }) => <OperationStatus state={state} /> },
            { key: "step", head: t("step"), fold: "under", cell: (operation) => <Step operation={operation} /> },
            {
              key: "application",
              head: t("application"),
              fold: "hide",
              cell: ({ applicationId }) => (applicationId ? <Hash value={applicationId} href={operationsPath({ applicationId })} /> : null),
            },
            { key: "took", head: t("took"), right: true, fold: "hide", cell: ({ createdAt, finishedAt }) => <Elapsed since={createdAt} until={finishedAt} /> },
            { key: "started", head: t("started"), right: true, fold: "hide", cell: ({ createdAt }) => <Time value={createdAt} /> },
          ]}
        />
      </Sheet>
      {filter.after || next ? (
        <nav aria-label={t("pages")} className="flex justify-end gap-2">
          {filter.after ? (
            <ButtonLink size="sm" href={operationsPath({ ...filter, after: undefined })}>
              {t("newest")}
            </ButtonLink>
          ) : null}
          {next ? (
            <ButtonLink size="sm" href={operationsPath({ ...filter, after: next })}>
              {t("older")}
            </ButtonLink>
          ) : null}
        </nav>
      ) : null}
    </>
  );
}

/** Where it stands, or why it ended. */
function Step({ operation }: Readonly<{ operation: OperationView }>) {
  const t = useTranslations("operations");
  const step = currentStepOf(operation);
  if (operation.error) return <span className="line-clamp-2 max-w-[52ch]">{operation.error.message}</span>;
  if (!step) return t("stepsDone", operation.progress);
  return t("position", { current: operation.steps.indexOf(step) + 1, total: operation.steps.length });
}
