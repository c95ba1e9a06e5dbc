"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Choice } from "@/app/_components/ui/choice";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import { checkDraft } from "@/lib/applications/client";
import { chaincodeTemplates } from "@/lib/templates/client";
import { ChaincodeFunctions } from "../../../_components/chaincode-functions";
import { useDraft } from "../_hooks/use-draft";
import { useLatestDraft } from "../_hooks/use-latest-draft";
import { chaincodeOf, packageOfChaincode, type ChaincodeFields } from "./chaincode-fields";
import { contentOf, type StepProps } from "./draft-content";
import { WizardFrame } from "./wizard-frame";

/** The contract step of a Fabric channel: a ready chaincode, and the name by which clients call it. */
export function ChaincodeStep({ application: sent }: StepProps) {
  const t = useTranslations("publish.contract.chaincode");
  const words = useTranslations("publish.contract");
  const application = useLatestDraft(sent);
  const draft = useDraft(application);
  const [fields, setFields] = useState(() => chaincodeOf(application.contractPackage));
  const [refused, setRefused] = useState(false);
  const missing = checkDraft({ ...contentOf(draft.application), contractPackage: packageOfChaincode(fields) }).contract;
  const chosen = chaincodeTemplates.find(({ id }) => id === fields.template);

  const change = (part: Partial<ChaincodeFields>) => {
    const next = { ...fields, ...part };
    setFields(next);
    draft.change({ step: "contract", data: { contractPackage: packageOfChaincode(next) } });
  };

  return (
    <WizardFrame step="contract" draft={draft} missing={missing} onRefused={() => setRefused(true)}>
      {refused && missing ? (
        <Note kind="bad" announce>
          {fields.template ? words("mend") : t("choose")}
        </Note>
      ) : null}
      <Sheet label={words("title")}>
        <Choice
          legend={t("legend")}
          name="template"
          value={fields.template}
          onChange={(template) => change({ template })}
          options={chaincodeTemplates.map(({ id, name, summary }) => ({ value: id, label: name, detail: summary }))}
        />
      </Sheet>
      {chosen ? (
        <Sheet title={t("fields")} foot={t("later")}>
          <div className="grid gap-4.5">
            <Field label={t("name")} hint={t("nameHint")} error={refused ? missing?.["contractPackage.name"] : undefined} required>
              <Input value={fields.name} onChange={(event) => change({ name: event.target.value })} mono maxLength={64} spellCheck={false} autoComplete="off" />
            </Field>
            <details>
              <summary className="cursor-pointer text-sm text-ink-2">{t("functions", { count: chosen.functions.length })}</summary>
              <div className="mt-3">
                <ChaincodeFunctions functions={chosen.functions} />
              </div>
            </details>
          </div>
        </Sheet>
      ) : null}
    </WizardFrame>
  );
}
