"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useRefundApplication } from "@/app/(portal)/applications/[applicationId]/_hooks/use-refund-application";
import { useResumeApplication } from "@/app/(portal)/applications/[applicationId]/_hooks/use-resume-application";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";

/** What the person who looks may ask for in the application's organisation; the server refuses the rest all the same. */
export type FailedRights = Readonly<{ resume: boolean; refund: boolean }>;

type Props = Readonly<{ applicationId: string; /** It was paid, and the money is not back yet. */ owed: boolean; rights: FailedRights }>;

/** Ways on from a provisioning that failed. */
export function FailedActions({ applicationId, owed, rights }: Props) {
  const t = useTranslations("application.failed");
  const errorText = useErrorText();
  const router = useRouter();
  const resume = useResumeApplication(applicationId);
  const refund = useRefundApplication(applicationId);
  const error = resume.error ?? refund.error;
  return (
    <>
      {error ? (
        <span role="alert" className="text-sm text-hydrant-ink">
          {errorText(error)}
        </span>
      ) : null}
      {rights.refund && owed ? (
        <Button loading={refund.isPending} onClick={() => refund.mutate(undefined, { onSuccess: () => router.refresh() })}>
          {t("refund")}
        </Button>
      ) : null}
      {rights.resume ? (
        <Button look="primary" loading={resume.isPending} onClick={() => resume.mutate(undefined, { onSuccess: () => router.refresh() })}>
          {t("resume")}
        </Button>
      ) : null}
    </>
  );
}
