"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import Link from "next/link";
import { OperationTimeline } from "@/app/(portal)/_components/operation-timeline";
import { operationKindOf } from "@/app/(portal)/_components/operation-kind";
import { useOperation } from "@/app/(portal)/_hooks/use-operation";
import { publicationKeys } from "@/lib/applications/client";
import { isFinalOperation, type OperationView } from "@/lib/operations/client";
import { OperationStatus } from "../../../_components/operation-status";

/** What followed the approval, step by step, live. */
export function PublicationOperation({ initial }: Readonly<{ initial: OperationView }>) {
  const t = useTranslations("operations");
  const queryClient = useQueryClient();
  const operation =
    useOperation({
      operationId: initial.id,
      initial,
      onChange: ({ state }) => {
        if (isFinalOperation(state)) void queryClient.invalidateQueries({ queryKey: publicationKeys.all });
      },
    }) ?? initial;
  return (
    <section className="grid gap-3" aria-labelledby="operation">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 id="operation" className="h2">
          <Link href={`/admin/operations/${operation.id}`}>{t(`kind.${operationKindOf(operation)}`)}</Link>
        </h3>
        <OperationStatus state={operation.state} />
      </div>
      <OperationTimeline operation={operation} />
    </section>
  );
}
