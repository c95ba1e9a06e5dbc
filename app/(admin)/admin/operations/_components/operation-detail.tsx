"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { ApplicationStatus } from "@/app/(portal)/_components/application-status";
import { operationKindOf } from "@/app/(portal)/_components/operation-kind";
import { OperationProgress } from "@/app/(portal)/_components/operation-progress";
import { OperationTimeline } from "@/app/(portal)/_components/operation-timeline";
import { useOperation } from "@/app/(portal)/_hooks/use-operation";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Sheet } from "@/app/_components/ui/sheet";
import type { PublicationDetail } from "@/lib/applications/client";
import { isFinalOperation, type OperationView } from "@/lib/operations/client";
import { OperationStatus } from "../../../_components/operation-status";
import { MoneyState } from "../../publications/_components/publication-facts";
import { FailedActions, type FailedRights } from "./failed-actions";

type Props = Readonly<{
  initial: OperationView;
  /** The application that it is about; undefined for operations of the portal itself. */
  publication: PublicationDetail | undefined;
  rights: FailedRights;
}>;

/** One operation, live until it is final. */
export function OperationDetail({ initial, publication, rights }: Props) {
  const t = useTranslations("admin.operations");
  const words = useTranslations("operations");
  const router = useRouter();
  const operation =
    useOperation({
      operationId: initial.id,
      initial,
      // What became of the application and the money is drawn by the server.
      onChange: ({ state }) => {
        if (isFinalOperation(state)) router.refresh();
      },
    }) ?? initial;
  const kind = words(`kind.${operationKindOf(operation)}`);
  const application = publication?.application;
  const failed = operation.state === "FAILED" && application?.state === "FAILED";
  return (
    <ConsolePage crumbs={[{ label: t("crumb"), href: "/admin/operations" }, { label: application?.name || kind }]}>
      <PageHead
        title={application ? words("of", { what: kind, name: application.name }) : kind}
        status={<OperationStatus state={operation.state} badge />}
        actions={failed ? <FailedActions applicationId={application.id} owed={publication?.invoice?.state === "PAID" || publication?.invoice?.state === "REFUNDING"} rights={rights} /> : undefined}
      />
      {operation.error ? (
        <Note kind="bad" title={words("stopped")}>
          {operation.error.message}
        </Note>
      ) : null}
      {failed && !rights.resume ? <Note kind="info">{t("theirs", { organisation: application.organisation.name })}</Note> : null}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_350px]">
        <Sheet title={words("stepsLabel")}>
          <OperationTimeline operation={operation} />
        </Sheet>
        <div className="grid gap-5">
          <OperationProgress operation={operation} />
          {application ? (
            <Sheet title={words("application")} flush>
              <div className="px-4">
                <KeyValues
                  items={[
                    { label: t("name"), value: <Link href={`/admin/publications/${application.id}`}>{application.name}</Link> },
                    { label: t("organisation"), value: application.organisation.name },
                    { label: t("state"), value: <ApplicationStatus state={application.state} /> },
                    { label: t("money"), value: <MoneyState invoice={publication?.invoice ?? null} /> },
                  ]}
                />
              </div>
            </Sheet>
          ) : null}
          <p className="text-sm">
            <Link href={`/admin/audit?subjectId=${application?.id ?? operation.id}`}>{t("audit")}</Link>
          </p>
        </div>
      </div>
    </ConsolePage>
  );
}
