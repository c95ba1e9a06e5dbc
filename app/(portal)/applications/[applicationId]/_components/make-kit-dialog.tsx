"use client";

import { useTranslations } from "next-intl";
import { useState, type SubmitEvent } from "react";
import { Button } from "@/app/_components/ui/button";
import { Choice } from "@/app/_components/ui/choice";
import { Dialog } from "@/app/_components/ui/dialog";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { Note } from "@/app/_components/ui/note";
import { FailureNote } from "@/app/_forms/failure-note";
import { makeFabricKitSchema } from "@/lib/sub-chains/client";
import { useMakeKit } from "../_hooks/use-make-kit";

type Props = Readonly<{ applicationId: string; open: boolean; onOpenChange: (open: boolean) => void }>;

const roles = ["client", "admin"] as const;

/** Names a member; what is saved then holds its key, and nobody has it a second time. */
export function MakeKitDialog({ applicationId, open, onOpenChange }: Props) {
  const t = useTranslations("application.channel.kit");
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [saved, setSaved] = useState<string>();
  const make = useMakeKit(applicationId, setSaved);
  const fields = { ...make.error?.fields, ...errors };

  const change = (next: boolean) => {
    onOpenChange(next);
    if (next) return;
    setSaved(undefined);
    setErrors({});
    make.reset();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const parsed = makeFabricKitSchema.safeParse({ member: form.get("member"), role: form.get("role") });
    setErrors(parsed.success ? {} : Object.fromEntries(parsed.error.issues.map((one) => [one.path.join("."), one.message])));
    if (parsed.success) make.mutate(parsed.data);
  };

  return (
    <Dialog open={open} onOpenChange={change} title={t("title")} wide>
      {saved ? (
        <div className="grid gap-4">
          <Note kind="ok" announce title={t("savedTitle", { file: saved })}>
            {t("savedText")}
          </Note>
          <pre className="overflow-x-auto rounded-control border border-line bg-inset p-3 font-mono text-sm">{`unzip ${saved} -d kit && cd kit\n. ./env.sh\ncd quick-start && npm install && npm start`}</pre>
          <div className="dialog-foot">
            <Button look="primary" onClick={() => change(false)}>
              {t("done")}
            </Button>
          </div>
        </div>
      ) : (
        <form onSubmit={submit} noValidate className="grid gap-4">
          <p className="text-sm text-ink-2">{t("text")}</p>
          <Field label={t("member")} hint={t("memberHint")} error={fields.member} required>
            <Input name="member" maxLength={40} mono spellCheck={false} autoCapitalize="none" autoComplete="off" />
          </Field>
          <Choice legend={t("role")} name="role" value="client" options={roles.map((value) => ({ value, label: t(`roles.${value}`), detail: t(`roleDetail.${value}`) }))} />
          <FailureNote error={make.error && Object.keys(make.error.fields).length === 0 ? make.error : undefined} />
          <div className="dialog-foot">
            <Button onClick={() => change(false)}>{t("cancel")}</Button>
            <Button type="submit" look="primary" loading={make.isPending}>
              {t("make")}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
