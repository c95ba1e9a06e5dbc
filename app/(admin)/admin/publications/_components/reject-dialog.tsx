"use client";

import { useTranslations } from "next-intl";
import { useForm } from "@/app/_forms/use-form";
import { FailureNote } from "@/app/_forms/failure-note";
import { Button } from "@/app/_components/ui/button";
import { Dialog } from "@/app/_components/ui/dialog";
import { Field } from "@/app/_components/ui/field";
import { Textarea } from "@/app/_components/ui/textarea";
import { rejectApplicationSchema } from "@/lib/applications/client";

type Props = Readonly<{
  name: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  reject: (input: { reason: string }) => Promise<unknown>;
}>;

/** A rejection is read by the publisher, so it cannot be sent without a reason. */
export function RejectDialog({ name, open, onOpenChange, reject }: Props) {
  const t = useTranslations("admin.reject");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title", { name })} description={t("text")}>
      <RejectForm reject={reject} onCancel={() => onOpenChange(false)} />
    </Dialog>
  );
}

function RejectForm({ reject, onCancel }: Pick<Props, "reject"> & Readonly<{ onCancel: () => void }>) {
  const t = useTranslations("admin.reject");
  const { formProps, errors, failure, pending } = useForm({ schema: rejectApplicationSchema, submit: reject });
  return (
    <form {...formProps} className="grid gap-4">
      <Field label={t("reason")} hint={t("reasonHint")} error={errors.reason} required>
        <Textarea name="reason" rows={4} maxLength={1_000} />
      </Field>
      <FailureNote error={failure} />
      <div className="dialog-foot">
        <Button onClick={onCancel}>{t("cancel")}</Button>
        <Button type="submit" look="destroy" loading={pending}>
          {t("confirm")}
        </Button>
      </div>
    </form>
  );
}
