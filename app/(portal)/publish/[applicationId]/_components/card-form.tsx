"use client";

import { useLocale, useTranslations } from "next-intl";
import { useRef, useState, type FormEvent } from "react";
import { Button } from "@/app/_components/ui/button";
import { Field } from "@/app/_components/ui/field";
import { formatMoney } from "@/app/_components/ui/format-money";
import { Input } from "@/app/_components/ui/input";
import { FailureNote } from "@/app/_forms/failure-note";
import { cardSchema, type InvoiceView } from "@/lib/billing/client";
import { usePayApplication } from "../_hooks/use-pay-application";
import { groupDigits, readExpiry } from "./card-text";

type Props = Readonly<{ applicationId: string; invoice: InvoiceView }>;

/** What is typed stays in this page until it is sent; nothing of it is kept but the last four digits. */
export function CardForm({ applicationId, invoice }: Props) {
  const t = useTranslations("publish.pay");
  const locale = useLocale();
  const pay = usePayApplication(applicationId);
  const [text, setText] = useState({ number: "", expiry: "", cvc: "" });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);

  const field = (name: keyof typeof text, shape: (typed: string) => string = (typed) => typed) => ({
    name,
    value: text[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      setText({ ...text, [name]: shape(event.target.value) });
      setErrors(({ [name]: _mended, ...rest }) => rest);
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const parsed = cardSchema.safeParse({ number: text.number, ...readExpiry(text.expiry), cvc: text.cvc });
    if (!parsed.success) {
      const found = errorsOf(parsed.error.issues, t("expiryError"));
      setErrors(found);
      form.current?.querySelector<HTMLInputElement>(`[name="${Object.keys(found)[0]}"]`)?.focus();
      return;
    }
    setErrors({});
    pay.mutate({ card: parsed.data });
  };

  return (
    <form ref={form} onSubmit={submit} noValidate className="grid gap-4.5">
      <FailureNote error={pay.error ?? undefined} />
      <Field label={t("number")} error={errors.number} required>
        <Input {...field("number", groupDigits)} mono inputMode="numeric" autoComplete="cc-number" maxLength={23} placeholder={t("numberPlaceholder")} />
      </Field>
      <div className="grid grid-cols-2 items-start gap-4">
        <Field label={t("expiry")} error={errors.expiry} required>
          <Input {...field("expiry")} mono inputMode="numeric" autoComplete="cc-exp" maxLength={7} placeholder={t("expiryPlaceholder")} />
        </Field>
        <Field label={t("cvc")} error={errors.cvc} required>
          <Input {...field("cvc")} mono inputMode="numeric" autoComplete="cc-csc" maxLength={4} placeholder={t("cvcPlaceholder")} />
        </Field>
      </div>
      <Button type="submit" look="primary" size="lg" loading={pay.isPending || pay.isSuccess}>
        {t("pay", { amount: formatMoney(invoice.amountMinor, invoice.currency, locale) })}
      </Button>
    </form>
  );
}

/** Month and year are one field on the form. */
function errorsOf(issues: ReadonlyArray<{ path: PropertyKey[]; message: string }>, expiryError: string): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { path, message } of issues) {
    const name = String(path[0]);
    if (!name.startsWith("expiry")) errors[name] ??= message;
    // A year that is no number says nothing useful; an expired one does.
    else errors.expiry ??= message.startsWith("This card") ? message : expiryError;
  }
  return errors;
}
