"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { ConfirmDialog } from "@/app/_components/ui/confirm-dialog";
import type { ApplicationView } from "@/lib/applications/client";
import { useCancelApplication } from "../_hooks/use-cancel-application";

type Props = Readonly<{ application: Pick<ApplicationView, "id" | "name">; /** Then cancelling gives money back. */ paid: boolean }>;

export function CancelButton({ application, paid }: Props) {
  const t = useTranslations("application.cancel");
  const errorText = useErrorText();
  const [open, setOpen] = useState(false);
  const cancel = useCancelApplication(application.id);
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        {t("action")}
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={t("title", { name: application.name })}
        confirmLabel={paid ? t("confirmRefund") : t("confirm")}
        expected={application.name}
        pending={cancel.isPending}
        error={cancel.error ? errorText(cancel.error) : undefined}
        onConfirm={() => cancel.mutate(undefined, { onSuccess: () => setOpen(false) })}
      >
        <p>{paid ? t("textPaid") : t("text")}</p>
      </ConfirmDialog>
    </>
  );
}
