"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { ConfirmDialog } from "@/app/_components/ui/confirm-dialog";
import { Sheet } from "@/app/_components/ui/sheet";
import { canMove, type ApplicationView } from "@/lib/applications/client";
import { useDeleteApplication } from "../../_hooks/use-delete-application";

type Props = Readonly<{ application: ApplicationView; mayDelete: boolean }>;

/** Says what is lost before it asks for the name; where it cannot be deleted, why not and what to do. */
export function DeleteSheet({ application, mayDelete }: Props) {
  const t = useTranslations("application.settings");
  const states = useTranslations("portal.state");
  const list = useTranslations("applications");
  const errorText = useErrorText();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const { id, state } = application;
  const name = application.name || list("unnamed");
  const remove = useDeleteApplication(id, (began) => router.push(began ? `/applications/${id}` : "/applications"));
  const removes = canMove(state, "delete");
  const discards = canMove(state, "discard");
  const what = state === "RUNNING" ? t("deleteRunning") : removes ? t("deleteFailed") : t("deleteRow");
  const whyNot = `${t("deleteNot", { state: states(state) })} ${canMove(state, "cancel") ? t("deleteCancel") : t("deleteWait")}`;
  return (
    <Sheet title={t("deleteTitle")}>
      <div className="flex flex-wrap items-center justify-between gap-4">
        <p className="max-w-[72ch] text-ink-2">{removes || discards ? what : whyNot}</p>
        {removes || discards ? (
          mayDelete ? (
            <Button look="danger" icon="remove" onClick={() => setOpen(true)}>
              {t("delete")}
            </Button>
          ) : (
            <span className="text-sm text-ink-3">{t("noRight")}</span>
          )
        ) : null}
      </div>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t("confirmTitle", { name })}
        confirmLabel={t("delete")}
        expected={name}
        pending={remove.isPending}
        error={remove.error ? errorText(remove.error) : undefined}
        onConfirm={() => remove.mutate({ name })}
      >
        <p>{what}</p>
      </ConfirmDialog>
    </Sheet>
  );
}
