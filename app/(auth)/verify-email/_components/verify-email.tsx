"use client";

import { useTranslations } from "next-intl";
import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { isApiError } from "@/app/_api/api-error";
import { fetchJson } from "@/app/_api/fetch-json";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Skeleton } from "@/app/_components/ui/skeleton";
import { NarrowPage } from "../../_components/narrow-page";
import { useLinkToken } from "../../_components/use-link-token";

const answerSchema = z.object({ email: z.string() });

/** Confirms the address as soon as the link is opened; opening it again says the same again. */
export function VerifyEmail() {
  const t = useTranslations("auth.verify");
  const reset = useTranslations("auth.reset");
  const errorText = useErrorText();
  const token = useLinkToken();
  // A query and not a mutation: it runs by itself, once, and may be repeated without harm.
  const check = useQuery({
    queryKey: ["identity", "verify-email", token],
    queryFn: () => fetchJson("/api/identity/verify-email", { method: "POST", body: { token }, schema: answerSchema }),
    enabled: typeof token === "string",
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });

  if (token === null) return <NarrowPage title={reset("incompleteTitle")} subtitle={reset("incomplete")}>{toAccount(t("another"))}</NarrowPage>;
  if (check.isSuccess) {
    return (
      <NarrowPage title={t("doneTitle")} subtitle={t("done", { email: check.data.email })}>
        <ButtonLink href="/applications" look="primary" size="lg">
          {t("continue")}
        </ButtonLink>
      </NarrowPage>
    );
  }
  if (check.isError) {
    const isSpent = isApiError(check.error) && check.error.code === "CONFLICT";
    return (
      <NarrowPage title={isSpent ? t("failedTitle") : t("notNowTitle")} subtitle={isSpent ? t("failed") : errorText(check.error)}>
        {isSpent ? toAccount(t("another")) : retry(t("retry"), () => void check.refetch(), check.isFetching)}
      </NarrowPage>
    );
  }
  return (
    <NarrowPage title={t("checking")}>
      <Skeleton lines={2} />
    </NarrowPage>
  );
}

function toAccount(label: string) {
  return (
    <ButtonLink href="/account" size="lg">
      {label}
    </ButtonLink>
  );
}

function retry(label: string, onPress: () => void, pending: boolean) {
  return (
    <Button look="primary" size="lg" loading={pending} onClick={onPress}>
      {label}
    </Button>
  );
}
