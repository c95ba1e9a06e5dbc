"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { Button } from "@/app/_components/ui/button";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { SecretInput } from "@/app/_components/ui/secret-input";
import { FailureNote } from "@/app/_forms/failure-note";
import { useForm } from "@/app/_forms/use-form";
import { signInSchema } from "@/lib/identity/client";
import { signIn } from "./sign-in";

type Props = Readonly<{
  onSignedIn: () => void | Promise<void>;
  submitLabel: string;
  /** Filled in, where the page knows who was here. */
  email?: string;
}>;

/** E-mail and password, for the sign-in page and for the dialog on a page whose session ended. */
export function SignInForm({ onSignedIn, submitLabel, email }: Props) {
  const t = useTranslations("auth");
  const { formProps, errors, failure, pending, ready } = useForm({
    schema: signInSchema,
    submit: async (input) => {
      await signIn(input);
      await onSignedIn();
    },
  });
  return (
    <form {...formProps} className="grid gap-4.5">
      <FailureNote error={failure}>{failure?.code === "UNAUTHENTICATED" ? failure.publicMessage : undefined}</FailureNote>
      <Field label={t("emailAgain")} error={errors.email} required>
        <Input name="email" type="email" autoComplete="username" inputMode="email" autoCapitalize="none" spellCheck={false} defaultValue={email} />
      </Field>
      <Field
        label={t("password")}
        error={errors.password}
        hint={
          <Link href="/forgot-password" prefetch={false}>
            {t("signIn.forgot")}
          </Link>
        }
        required
      >
        <SecretInput name="password" what={t("passwordName")} autoComplete="current-password" />
      </Field>
      <Button type="submit" look="primary" size="lg" loading={pending} disabled={!ready}>
        {submitLabel}
      </Button>
    </form>
  );
}
