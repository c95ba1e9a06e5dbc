"use client";

import { useTranslations } from "next-intl";
import { useErrorText } from "@/app/_api/use-error-text";
import { ConfirmDialog } from "@/app/_components/ui/confirm-dialog";
import { showToast } from "@/app/_components/ui/show-toast";
import type { FabricIdentityView } from "@/lib/fabric-ca/client";
import { useRevokeIdentity } from "../_hooks/use-revoke-identity";

type Props = Readonly<{ /** Undefined: closed. */ chosen: FabricIdentityView | undefined; onClose: () => void }>;

export function RevokeIdentityDialog({ chosen, onClose }: Props) {
  const t = useTranslations("fabricAuthority.revoke");
  const errorText = useErrorText();
  const revoke = useRevokeIdentity(({ enrollmentId }) => {
    showToast({ kind: "well", title: t("done", { name: enrollmentId }) });
    onClose();
  });
  if (!chosen) return null;
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={t("title", { name: chosen.enrollmentId })}
      confirmLabel={t("confirm")}
      expected={chosen.enrollmentId}
      pending={revoke.isPending}
      error={revoke.error ? errorText(revoke.error) : undefined}
      onConfirm={() => revoke.mutate(chosen)}
    >
      <p>{t("text", { count: chosen.certificates })}</p>
      <p>{t("channels")}</p>
    </ConfirmDialog>
  );
}
