"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Choice } from "@/app/_components/ui/choice";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import { checkDraft } from "@/lib/applications/client";
import { templates } from "@/lib/templates/client";
import { useDraft } from "../_hooks/use-draft";
import { useLatestDraft } from "../_hooks/use-latest-draft";
import { fieldsOf, packageOf, type ContractFields } from "./contract-fields";
import { contentOf, type StepProps } from "./draft-content";
import { OwnContractFields } from "./own-contract-fields";
import { TokenFields } from "./token-fields";
import { WizardFrame } from "./wizard-frame";

const choices = [...templates.map(({ id }) => id), "own"] as const;

export function ContractStep({ application: sent }: StepProps) {
  const t = useTranslations("publish.contract");
  const application = useLatestDraft(sent);
  const draft = useDraft(application);
  const [fields, setFields] = useState(() => fieldsOf(application.contractPackage));
  const [refused, setRefused] = useState(false);
  const missing = checkDraft({ ...contentOf(draft.application), contractPackage: packageOf(fields) }).contract;
  const errors = refused ? withoutPrefix(missing) : {};

  const change = (part: Partial<ContractFields>) => {
    const next = { ...fields, ...part };
    setFields(next);
    draft.change({ step: "contract", data: { contractPackage: packageOf(next) } });
  };

  return (
    <WizardFrame step="contract" draft={draft} missing={missing} onRefused={() => setRefused(true)}>
      {refused && missing ? (
        <Note kind="bad" announce>
          {fields.choice ? t("mend") : t("choose")}
        </Note>
      ) : null}
      <Sheet label={t("title")}>
        <Choice
          legend={t("legend")}
          name="choice"
          value={fields.choice}
          onChange={(choice) => change({ choice })}
          options={choices.map((choice) => ({ value: choice, label: t(`${choice}.title`), detail: t(`${choice}.text`) }))}
        />
      </Sheet>
      {fields.choice === "erc20" ? <TokenFields value={fields.token} errors={errors} onChange={(token) => change({ token })} /> : null}
      {fields.choice === "own" ? <OwnContractFields value={fields.own} errors={errors} onChange={(own) => change({ own })} /> : null}
    </WizardFrame>
  );
}

/** `contractPackage.parameters.name` → `parameters.name`. */
function withoutPrefix(missing: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(missing).map(([path, message]) => [path.replace(/^contractPackage\.?/, ""), message]));
}
