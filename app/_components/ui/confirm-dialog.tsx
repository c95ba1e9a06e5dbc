"use client";

import { useTranslations } from "next-intl";
import { useState, type ReactNode, type SubmitEvent } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Field } from "./field";
import { Input } from "./input";
import { Note } from "./note";

type Props = Readonly<{
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** What is lost and what stays. */
  children: ReactNode;
  /** The verb and its object: "Delete the sub-chain". */
  confirmLabel: ReactNode;
  onConfirm: () => void;
  /** Has to be typed first; for what cannot be undone. */
  expected?: string;
  pending?: boolean;
  error?: ReactNode;
}>;

/** Asks before something is destroyed. Stays open until the caller closes it, so that an error is seen. */
export function ConfirmDialog({ open, onOpenChange, title, children, confirmLabel, onConfirm, expected, pending = false, error }: Props) {
  const t = useTranslations("ui.confirm");
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const matches = expected === undefined || typed.trim() === expected;

  const change = (next: boolean) => {
    setTyped("");
    setTried(false);
    onOpenChange(next);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (matches && !pending) onConfirm();
  };

  return (
    <Dialog open={open} onOpenChange={change} title={title}>
      <form onSubmit={submit} className="grid gap-4">
        <div className="grid gap-2 text-ink-2">{children}</div>
        {expected === undefined ? null : (
          <Field label={t.rich("type", { name: () => <code className="rounded-control bg-inset px-1 py-0.5 font-strong">{expected}</code> })} error={tried && !matches ? t("mismatch", { name: expected }) : undefined}>
            <Input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" autoCapitalize="none" spellCheck={false} mono />
          </Field>
        )}
        {error ? (
          <Note kind="bad" announce>
            {error}
          </Note>
        ) : null}
        <div className="dialog-foot">
          <Button onClick={() => change(false)}>{t("cancel")}</Button>
          <Button type="submit" look="destroy" loading={pending}>
            {confirmLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
