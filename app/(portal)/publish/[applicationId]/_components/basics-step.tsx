"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { Sheet } from "@/app/_components/ui/sheet";
import { Textarea } from "@/app/_components/ui/textarea";
import { checkDraft } from "@/lib/applications/client";
import { contentOf, type StepProps } from "./draft-content";
import { useDraft } from "../_hooks/use-draft";
import { useLatestDraft } from "../_hooks/use-latest-draft";
import { WizardFrame } from "./wizard-frame";

export function BasicsStep({ application: sent }: StepProps) {
  const t = useTranslations("publish.basics");
  const application = useLatestDraft(sent);
  const draft = useDraft(application);
  const [fields, setFields] = useState({ name: application.name, description: application.description });
  const [refused, setRefused] = useState(false);
  const missing = checkDraft({ ...contentOf(draft.application), ...fields }).basics;
  const errors = refused ? (missing ?? {}) : {};

  const change = (part: Partial<typeof fields>) => {
    const next = { ...fields, ...part };
    setFields(next);
    draft.change({ step: "basics", data: next });
  };

  return (
    <WizardFrame step="basics" draft={draft} missing={missing} onRefused={() => setRefused(true)}>
      <Sheet label={t("title")}>
        <div className="grid gap-4.5">
          <Field label={t("name")} hint={t("nameHint")} error={errors.name} required>
            <Input value={fields.name} maxLength={80} onChange={(event) => change({ name: event.target.value })} />
          </Field>
          <Field label={t("description")} hint={t("descriptionHint")} error={errors.description}>
            <Textarea rows={4} value={fields.description} maxLength={500} onChange={(event) => change({ description: event.target.value })} />
          </Field>
        </div>
      </Sheet>
    </WizardFrame>
  );
}
