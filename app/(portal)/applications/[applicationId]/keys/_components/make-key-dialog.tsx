"use client";

import { useTranslations } from "next-intl";
import { useState, type SubmitEvent } from "react";
import { Button } from "@/app/_components/ui/button";
import { Choice } from "@/app/_components/ui/choice";
import { Dialog } from "@/app/_components/ui/dialog";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { Select } from "@/app/_components/ui/select";
import { Textarea } from "@/app/_components/ui/textarea";
import { FailureNote } from "@/app/_forms/failure-note";
import { issueAccessKeySchema, type IssuedAccessKey } from "@/lib/access-keys/client";
import { useIssueAccessKey } from "../../../../_hooks/use-issue-access-key";
import { parseKeyForm } from "./parse-key-form";

type Props = Readonly<{ applicationId: string; open: boolean; onOpenChange: (open: boolean) => void; onIssued: (issued: IssuedAccessKey) => void }>;

const kinds = ["HEADER", "URL"] as const;
const scopes = ["WRITE", "READ"] as const;
const expiries = ["never", "1", "30", "365"] as const;

export function MakeKeyDialog({ applicationId, open, onOpenChange, onIssued }: Props) {
  const t = useTranslations("application.keys");
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const issue = useIssueAccessKey(applicationId, (issued) => {
    onIssued(issued);
    onOpenChange(false);
  });
  const fields = { ...issue.error?.fields, ...errors };
  const originError = Object.entries(fields).find(([path]) => path.startsWith("origins"))?.[1];

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const parsed = issueAccessKeySchema.safeParse(parseKeyForm(new FormData(event.currentTarget)));
    setErrors(parsed.success ? {} : Object.fromEntries(parsed.error.issues.map((one) => [one.path.join("."), one.message])));
    if (parsed.success) issue.mutate(parsed.data);
  };

  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("make")} wide>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <Field label={t("label")} hint={t("labelHint")} error={fields.label}>
          <Input name="label" maxLength={60} autoComplete="off" />
        </Field>
        <Choice legend={t("scopeLegend")} name="scope" value="WRITE" options={scopes.map((value) => ({ value, label: t(`scopes.${value}`), detail: t(`scopeDetail.${value}`) }))} />
        <Choice legend={t("kindLegend")} name="kind" value="HEADER" options={kinds.map((value) => ({ value, label: t(`kinds.${value}`), detail: t(`kindDetail.${value}`) }))} />
        <Field label={t("expiry")} error={fields.expiresInDays}>
          <Select name="expiresInDays" defaultValue="never">
            {expiries.map((value) => (
              <option key={value} value={value}>
                {t(`expiries.${value}`)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("origins")} hint={t("originsHint")} error={originError}>
          <Textarea name="origins" rows={3} mono spellCheck={false} autoCapitalize="none" />
        </Field>
        <FailureNote error={issue.error && Object.keys(issue.error.fields).length === 0 ? issue.error : undefined} />
        <div className="dialog-foot">
          <Button onClick={() => onOpenChange(false)}>{t("cancel")}</Button>
          <Button type="submit" look="primary" loading={issue.isPending}>
            {t("make")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
