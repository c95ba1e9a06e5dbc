"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { Field } from "@/app/_components/ui/field";
import { SecretInput } from "@/app/_components/ui/secret-input";
import { Sheet } from "@/app/_components/ui/sheet";
import { showToast } from "@/app/_components/ui/show-toast";
import { FailureNote } from "@/app/_forms/failure-note";
import { useForm } from "@/app/_forms/use-form";
import { changePasswordSchema, guessableBecause } from "@/lib/identity/client";
import { useChangePassword } from "../_hooks/use-change-password";

type Props = Readonly<{ email: string; name: string }>;

export function PasswordSheet({ email, name }: Props) {
  const t = useTranslations("account.password");
  const hint = useTranslations("auth")("passwordHint");
  const change = useChangePassword();
  const schema = changePasswordSchema.superRefine(({ newPassword }, context) => {
    const message = guessableBecause(newPassword, { email, names: [name] });
    if (message) context.addIssue({ code: "custom", path: ["newPassword"], message });
  });
  const { formProps, errors, failure, pending, ready } = useForm({
    schema,
    submit: async (input, form) => {
      const { sessionsEnded } = await change.mutateAsync(input);
      form.reset();
      showToast({ kind: "well", title: t("saved"), detail: t("savedDetail", { count: sessionsEnded }) });
    },
  });
  return (
    <Sheet title={t("title")} foot={t("foot")}>
      <form {...formProps} className="grid gap-4">
        {/* Lets a password manager know whose password this is. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <FailureNote error={failure} />
        <Field label={t("current")} error={errors.currentPassword} required>
          <SecretInput name="currentPassword" what={t("currentName")} autoComplete="current-password" />
        </Field>
        <Field label={t("next")} hint={hint} error={errors.newPassword} required>
          <SecretInput name="newPassword" what={t("nextName")} autoComplete="new-password" />
        </Field>
        <div>
          <Button type="submit" loading={pending} disabled={!ready}>
            {t("submit")}
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
