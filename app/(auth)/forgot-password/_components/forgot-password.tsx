"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { fetchJson } from "@/app/_api/fetch-json";
import { Button } from "@/app/_components/ui/button";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { FailureNote } from "@/app/_forms/failure-note";
import { useForm } from "@/app/_forms/use-form";
import { requestPasswordResetSchema } from "@/lib/identity/client";
import { NarrowPage } from "../../_components/narrow-page";

export function ForgotPassword() {
  const t = useTranslations("auth");
  const [sentTo, setSentTo] = useState<string>();
  const { formProps, errors, failure, pending, ready } = useForm({
    schema: requestPasswordResetSchema,
    submit: async (body) => {
      await fetchJson("/api/identity/request-password-reset", { method: "POST", body });
      setSentTo(body.email);
    },
  });
  const back = <Link href="/sign-in">{t("forgot.back")}</Link>;

  if (sentTo) {
    return (
      <NarrowPage title={t("forgot.sentTitle")} end={back}>
        <output className="text-ink-2">{t("forgot.sent", { email: sentTo })}</output>
        <Button size="lg" onClick={() => setSentTo(undefined)}>
          {t("forgot.another")}
        </Button>
      </NarrowPage>
    );
  }
  return (
    <NarrowPage title={t("forgot.title")} subtitle={t("forgot.subtitle")} end={back}>
      <form {...formProps} className="grid gap-4.5">
        <FailureNote error={failure} />
        <Field label={t("emailAgain")} error={errors.email} required>
          <Input name="email" type="email" autoComplete="username" inputMode="email" autoCapitalize="none" spellCheck={false} />
        </Field>
        <Button type="submit" look="primary" size="lg" loading={pending} disabled={!ready}>
          {t("forgot.submit")}
        </Button>
      </form>
    </NarrowPage>
  );
}
