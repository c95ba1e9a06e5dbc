"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { fetchJson } from "@/app/_api/fetch-json";
import { Button } from "@/app/_components/ui/button";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { SecretInput } from "@/app/_components/ui/secret-input";
import { FailureNote } from "@/app/_forms/failure-note";
import { useForm } from "@/app/_forms/use-form";
import { leaveTo } from "@/app/_session/leave-to";
import { guessableBecause, signUpSchema } from "@/lib/identity/client";

/** The route checks the same; here the answer comes while the password is still in mind. */
const formSchema = signUpSchema.superRefine(({ email, organisation, password }, context) => {
  const message = guessableBecause(password, { email, names: [organisation] });
  if (message) context.addIssue({ code: "custom", path: ["password"], message });
});

export function SignUpForm() {
  const t = useTranslations("auth");
  const { formProps, errors, failure, pending, ready } = useForm({
    schema: formSchema,
    submit: async (body) => {
      await fetchJson("/api/identity/sign-up", { method: "POST", body });
      await leaveTo("/first-minute");
    },
  });

  const taken = t.rich("signUp.taken", {
    signIn: (text) => <Link href="/sign-in">{text}</Link>,
    reset: (text) => <Link href="/forgot-password">{text}</Link>,
  });
  return (
    <form {...formProps} className="grid gap-4.5">
      <FailureNote error={failure}>{failure?.code === "ALREADY_EXISTS" ? taken : undefined}</FailureNote>
      <Field label={t("email")} error={errors.email} required>
        <Input name="email" type="email" autoComplete="username" inputMode="email" autoCapitalize="none" spellCheck={false} />
      </Field>
      <Field label={t("signUp.organisation")} hint={t("signUp.organisationHint")} error={errors.organisation}>
        <Input name="organisation" autoComplete="organization" maxLength={80} />
      </Field>
      <Field label={t("password")} hint={t("passwordHint")} error={errors.password} required>
        <SecretInput name="password" what={t("passwordName")} autoComplete="new-password" />
      </Field>
      <Button type="submit" look="primary" size="lg" loading={pending} disabled={!ready}>
        {t("signUp.submit")}
      </Button>
    </form>
  );
}
