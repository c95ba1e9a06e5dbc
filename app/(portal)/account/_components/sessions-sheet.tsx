"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { ConfirmDialog } from "@/app/_components/ui/confirm-dialog";
import { Empty } from "@/app/_components/ui/empty";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import { showToast } from "@/app/_components/ui/show-toast";
import { Table, type Column } from "@/app/_components/ui/table";
import { Tag } from "@/app/_components/ui/tag";
import { Time } from "@/app/_components/ui/time";
import type { SessionSummary } from "@/lib/identity/client";
import { useEndOtherSessions } from "../_hooks/use-end-other-sessions";
import { useEndSession } from "../_hooks/use-end-session";
import { useSessions } from "../_hooks/use-sessions";

type Props = Readonly<{ initial: SessionSummary[] }>;

export function SessionsSheet({ initial }: Props) {
  const t = useTranslations("account.sessions");
  const general = useTranslations("errors");
  const errorText = useErrorText();
  const [asking, setAsking] = useState(false);
  const sessions = useSessions(initial);
  const nameOf = (session: SessionSummary) => session.device || t("unknownDevice");
  const endOne = useEndSession((session) => showToast({ kind: "well", title: t("ended"), detail: t("endedDetail", { device: nameOf(session) }) }));
  const endOthers = useEndOtherSessions((count) => {
    setAsking(false);
    showToast({ kind: "well", title: t("endedOthers", { count }) });
  });

  const columns: Column<SessionSummary>[] = [
    {
      key: "device",
      head: t("device"),
      cell: (session) => (
        <span className="inline-flex flex-wrap items-center gap-2">
          {nameOf(session)}
          {session.current ? <Tag>{t("current")}</Tag> : null}
        </span>
      ),
    },
    { key: "address", head: t("address"), cell: (session) => <span className="font-mono">{session.ipAddress}</span>, fold: "under" },
    { key: "since", head: t("since"), cell: (session) => <Time value={session.createdAt} show="date" />, right: true, fold: "hide" },
    { key: "lastSeen", head: t("lastSeen"), cell: (session) => <Time value={session.lastSeenAt} />, right: true },
    {
      key: "end",
      head: t("end"),
      headHidden: true,
      right: true,
      cell: (session) =>
        session.current ? null : (
          <Button
            size="sm"
            loading={endOne.isPending && endOne.variables.id === session.id}
            onClick={() => endOne.mutate(session)}
            aria-label={t("endNamed", { device: nameOf(session), address: session.ipAddress })}
          >
            {t("end")}
          </Button>
        ),
    },
  ];
  const hasOthers = sessions.data.some((session) => !session.current);
  const failure = endOne.error ?? sessions.error;

  return (
    <Sheet
      title={t("title")}
      flush
      foot={t("foot")}
      aside={
        hasOthers ? (
          <Button size="sm" look="danger" onClick={() => setAsking(true)}>
            {t("endOthers")}
          </Button>
        ) : undefined
      }
    >
      {failure ? (
        <Note
          kind="bad"
          announce
          className="m-4"
          title={sessions.error ? general("notLoaded") : undefined}
          actions={sessions.error ? <Button size="sm" onClick={() => void sessions.refetch()}>{general("retry")}</Button> : undefined}
        >
          {errorText(failure)}
        </Note>
      ) : null}
      <Table label={t("title")} columns={columns} rows={sessions.data} rowKey={(session) => session.id} empty={<Empty title={t("none")} />} />
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("endOthersTitle")}
        confirmLabel={t("endOthers")}
        onConfirm={() => endOthers.mutate()}
        pending={endOthers.isPending}
        error={endOthers.error ? errorText(endOthers.error) : undefined}
      >
        <p>{t("endOthersText")}</p>
      </ConfirmDialog>
    </Sheet>
  );
}
