"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Sheet } from "@/app/_components/ui/sheet";
import { showToast } from "@/app/_components/ui/show-toast";
import { Status } from "@/app/_components/ui/status";
import { FailureNote } from "@/app/_forms/failure-note";
import { useForm } from "@/app/_forms/use-form";
import { useRequestEmailVerification } from "@/app/_session/use-request-email-verification";
import { updateProfileSchema, type CurrentSession } from "@/lib/identity/client";
import { useUpdateProfile } from "../_hooks/use-update-profile";

type Props = Readonly<Pick<CurrentSession, "user" | "organisations">>;

export function ProfileSheet({ user, organisations }: Props) {
  const t = useTranslations("account.profile");
  const router = useRouter();
  const update = useUpdateProfile();
  const { formProps, errors, failure, pending, ready } = useForm({
    schema: updateProfileSchema,
    submit: async (input) => {
      await update.mutateAsync(input);
      showToast({ kind: "well", title: t("saved") });
      router.refresh();
    },
  });
  const facts = [
    { label: t("email"), value: <EmailState email={user.email} verified={user.emailVerified} /> },
    {
      label: t("organisation"),
      value: organisations.length === 0 ? t("noOrganisation") : organisations.map(({ name, role }) => `${name}, ${t(`role.${role}`)}`).join("; "),
    },
  ];
  return (
    <Sheet title={t("title")}>
      <form {...formProps} className="grid gap-4">
        <KeyValues items={facts} />
        <FailureNote error={failure} />
        <Field label={t("name")} hint={t("nameHint")} error={errors.name} required>
          <Input name="name" autoComplete="name" defaultValue={user.name} maxLength={80} />
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

function EmailState({ email, verified }: Readonly<{ email: string; verified: boolean }>) {
  const t = useTranslations("account.profile");
  const errorText = useErrorText();
  const request = useRequestEmailVerification(() => showToast({ kind: "well", title: t("resent"), detail: t("resentDetail", { email }) }));
  return (
    <span className="flex flex-wrap items-center gap-x-2.5 gap-y-1.5">
      <span className="min-w-0 break-all">{email}</span>
      <Status kind={verified ? "well" : "wait"} badge>
        {verified ? t("verified") : t("unverified")}
      </Status>
      {verified ? null : (
        <Button size="sm" icon="mail" loading={request.isPending} onClick={() => request.mutate()}>
          {t("resend")}
        </Button>
      )}
      {request.isError ? (
        <span className="text-hydrant-ink" role="alert">
          {errorText(request.error)}
        </span>
      ) : null}
    </span>
  );
}
