"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { z } from "zod";
import { fetchJson } from "@/app/_api/fetch-json";
import { Button } from "@/app/_components/ui/button";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Field } from "@/app/_components/ui/field";
import { SecretInput } from "@/app/_components/ui/secret-input";
import { FailureNote } from "@/app/_forms/failure-note";
import { useForm } from "@/app/_forms/use-form";
import { guessableBecause, newPasswordSchema } from "@/lib/identity/client";
import { NarrowPage } from "../../_components/narrow-page";
import { useLinkToken } from "../../_components/use-link-token";

const answerSchema = z.object({ email: z.string() });

const formSchema = z.object({ password: newPasswordSchema }).superRefine(({ password }, context) => {
  const message = guessableBecause(password);
  if (message) context.addIssue({ code: "custom", path: ["password"], message });
});

export function ResetPassword() {
  const t = useTranslations("auth");
  const token = useLinkToken();
  const [email, setEmail] = useState<string>();
  const { formProps, errors, failure, pending, ready } = useForm({
    schema: formSchema,
    submit: async ({ password }) => {
      const answer = await fetchJson("/api/identity/reset-password", { method: "POST", body: { token, password }, schema: answerSchema });
      setEmail(answer.email);
    },
  });
  const another = (
    <ButtonLink href="/forgot-password" size="lg">
      {t("reset.another")}
    </ButtonLink>
  );

  if (email) {
    return (
      <NarrowPage title={t("reset.doneTitle")} subtitle={t("reset.done", { email })}>
        <ButtonLink href="/sign-in" look="primary" size="lg">
          {t("signIn.submit")}
        </ButtonLink>
      </NarrowPage>
    );
  }
  if (token === null) {
    return (
      <NarrowPage title={t("reset.incompleteTitle")} subtitle={t("reset.incomplete")}>
        {another}
      </NarrowPage>
    );
  }
  return (
    <NarrowPage title={t("reset.title")} subtitle={t("reset.subtitle")}>
      <form {...formProps} className="grid gap-4.5">
        <FailureNote error={failure} actions={failure?.code === "CONFLICT" ? another : undefined} />
        <Field label={t("newPassword")} hint={t("passwordHint")} error={errors.password} required>
          <SecretInput name="password" what={t("passwordName")} autoComplete="new-password" />
        </Field>
        <Button type="submit" look="primary" size="lg" loading={pending} disabled={!ready}>
          {t("reset.submit")}
        </Button>
      </form>
    </NarrowPage>
  );
}
