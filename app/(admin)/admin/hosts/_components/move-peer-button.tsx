"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { Dialog } from "@/app/_components/ui/dialog";
import { Note } from "@/app/_components/ui/note";
import type { HostConsumption } from "@/lib/city-nodes/client";
import { useMovePeer } from "../_hooks/use-move-peer";

type Row = HostConsumption["rows"][number];
type Props = Readonly<{ hostId: string; row: Row }>;

/** Asks before a peer goes to a process of its own or back: what that costs, and that writing goes on. Of a peer on its way: nothing to press. */
export function MovePeerButton({ hostId, row: { cityNode, chain, application, home, state } }: Props) {
  const t = useTranslations("admin.hosts.move");
  const errorText = useErrorText();
  const [isOpen, setIsOpen] = useState(false);
  const move = useMovePeer(hostId, () => setIsOpen(false));
  if (!application || home.moving || state !== "running") return null;
  const to = home.at === "own" ? "shared" : "own";
  return (
    <>
      <Button size="sm" look="quiet" aria-label={t(`${to}.label`, { name: application.name, cityNode })} onClick={() => setIsOpen(true)}>
        {t(`${to}.action`)}
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setIsOpen}
        title={t(`${to}.title`, { name: application.name, cityNode })}
        description={t(`${to}.text`)}
        actions={
          <>
            <Button onClick={() => setIsOpen(false)}>{t("keep")}</Button>
            <Button look="primary" loading={move.isPending} onClick={() => move.mutate({ cityNode, chain, to })}>
              {t(`${to}.confirm`)}
            </Button>
          </>
        }
      >
        <Note kind="info">{t("pause")}</Note>
        {move.error ? (
          <Note kind="bad" announce>
            {errorText(move.error)}
          </Note>
        ) : null}
      </Dialog>
    </>
  );
}
