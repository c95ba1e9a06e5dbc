"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { ApplicationStatus } from "@/app/(portal)/_components/application-status";
import { isApiError } from "@/app/_api/api-error";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import { Time } from "@/app/_components/ui/time";
import type { PublicationDetail } from "@/lib/applications/client";
import type { CityNodeView } from "@/lib/city-nodes/client";
import { useDecision } from "../_hooks/use-decision";
import { usePublication } from "../_hooks/use-publication";
import { PublicationChecks } from "./publication-checks";
import { PublicationFacts } from "./publication-facts";
import { PublicationOperation } from "./publication-operation";
import { RejectDialog } from "./reject-dialog";

type Props = Readonly<{ initial: PublicationDetail; cityNodes: ReadonlyArray<CityNodeView> }>;

/** One publication: the facts, then either the decision or what became of it. */
export function PublicationSheet({ initial, cityNodes }: Props) {
  const t = useTranslations("admin.publication");
  const errorText = useErrorText();
  const publication = usePublication(initial);
  const { application, operation } = publication;
  const { approve, reject, overtaken } = useDecision(application.id);
  const [rejecting, setRejecting] = useState(false);
  const waits = application.state === "SUBMITTED";
  const failure = approve.error && approve.error.code !== "CONFLICT" ? approve.error : undefined;

  const sendRejection = async (input: { reason: string }) => {
    await reject.mutateAsync(input).catch((error: unknown) => {
      // Overtaken: there is nothing left to reject, and the page behind the dialog says what was decided.
      if (!isApiError(error) || error.code !== "CONFLICT") throw error;
    });
    setRejecting(false);
  };

  return (
    <Sheet
      label={application.name}
      flush
      foot={
        waits ? (
          <div className="flex flex-wrap items-center justify-between gap-3">
            <span>{t("foot")}</span>
            <span className="flex flex-wrap gap-2">
              <Button look="danger" onClick={() => setRejecting(true)}>
                {t("reject")}
              </Button>
              <Button look="primary" loading={approve.isPending} onClick={() => approve.mutate()}>
                {t("approve")}
              </Button>
            </span>
          </div>
        ) : null
      }
    >
      <div className="border-b border-line px-4 py-3">
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
          <h2 className="text-xl font-strong">{application.name}</h2>
          <ApplicationStatus state={application.state} badge />
        </div>
        <p className="mt-1 text-sm text-ink-2">
          {application.submittedAt ? t.rich("line", { organisation: application.organisation.name, time: () => <Time value={application.submittedAt ?? ""} /> }) : application.organisation.name}
        </p>
      </div>
      <div className="grid gap-5 p-4">
        {overtaken ? (
          <Note kind="wait" title={t("overtaken")} announce>
            {t(`overtakenBy.${application.state}`)}
          </Note>
        ) : null}
        {failure ? (
          <Note kind="bad" title={t("notApproved")} announce>
            {errorText(failure)}
          </Note>
        ) : null}
        {application.stateReason ? (
          <Note kind={application.state === "FAILED" ? "bad" : "info"} title={t("reason")}>
            {application.stateReason}
          </Note>
        ) : null}
        {application.description ? <p className="text-ink-2">{application.description}</p> : null}
        <PublicationFacts publication={publication} />
        {waits ? (
          <section className="grid gap-2" aria-labelledby="checks">
            <h3 id="checks" className="h2">
              {t("checks")}
            </h3>
            <PublicationChecks publication={publication} cityNodes={cityNodes} />
          </section>
        ) : null}
        {operation ? <PublicationOperation key={operation.id} initial={operation} /> : null}
        <p className="text-sm">
          <Link href={`/admin/audit?subjectId=${application.id}`}>{t("audit")}</Link>
        </p>
      </div>
      <RejectDialog name={application.name} open={rejecting} onOpenChange={setRejecting} reject={sendRejection} />
    </Sheet>
  );
}
