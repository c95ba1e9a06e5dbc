"use client";

import { useTranslations } from "next-intl";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { Note } from "@/app/_components/ui/note";
import { useRequestEmailVerification } from "./use-request-email-verification";

type Props = Readonly<{ email: string }>;

/** Shown in the console as long as the address is not confirmed. */
export function VerifyEmailBanner({ email }: Props) {
  const t = useTranslations("auth.banner");
  const errorText = useErrorText();
  const request = useRequestEmailVerification();

  if (request.isSuccess) {
    return (
      <Note kind="info" announce>
        {request.data.sent ? t("sent", { email }) : t("already")}
      </Note>
    );
  }
  const resend = (
    <Button size="sm" icon="mail" loading={request.isPending} onClick={() => request.mutate()}>
      {t("resend")}
    </Button>
  );
  return (
    <Note kind={request.isError ? "bad" : "wait"} title={t("title")} actions={resend} announce={request.isError}>
      {request.isError ? errorText(request.error) : t("text", { email })}
    </Note>
  );
}
