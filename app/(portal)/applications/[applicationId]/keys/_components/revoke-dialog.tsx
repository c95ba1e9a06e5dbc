"use client";

import { useTranslations } from "next-intl";
import { useErrorText } from "@/app/_api/use-error-text";
import { ConfirmDialog } from "@/app/_components/ui/confirm-dialog";
import { formatHash } from "@/app/_components/ui/format-hash";
import type { AccessKeyView } from "@/lib/access-keys/client";
import { useRevokeAccessKey } from "../_hooks/use-revoke-access-key";

type Props = Readonly<{ applicationId: string; /** Undefined: closed. */ chosen: AccessKeyView | undefined; onClose: () => void }>;

export function RevokeDialog({ applicationId, chosen, onClose }: Props) {
  const t = useTranslations("application.keys");
  const errorText = useErrorText();
  const revoke = useRevokeAccessKey(applicationId);
  if (!chosen) return null;
  const name = chosen.label || formatHash(chosen.id);
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("revokeTitle", { name })}
      confirmLabel={t("revokeConfirm")}
      {...(chosen.label ? { expected: chosen.label } : {})}
      pending={revoke.isPending}
      error={revoke.error ? errorText(revoke.error) : undefined}
      onConfirm={() => revoke.mutate(chosen.id, { onSuccess: onClose })}
    >
      <p>{t("revokeText")}</p>
    </ConfirmDialog>
  );
}
