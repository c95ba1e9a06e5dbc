"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Choice } from "@/app/_components/ui/choice";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import { checkDraft, offeredFrameworks, type FrameworkCode } from "@/lib/applications/client";
import { useDraft } from "../_hooks/use-draft";
import { useLatestDraft } from "../_hooks/use-latest-draft";
import { contentOf, type StepProps } from "./draft-content";
import { WizardFrame } from "./wizard-frame";

export function FrameworkStep({ application: sent }: StepProps) {
  const t = useTranslations("publish.framework");
  const application = useLatestDraft(sent);
  const draft = useDraft(application);
  const [chosen, setChosen] = useState({ framework: application.framework, frameworkVersion: application.frameworkVersion });
  const [refused, setRefused] = useState(false);
  const missing = checkDraft({ ...contentOf(draft.application), ...chosen }).framework;
  const versions = offeredFrameworks.find(({ code }) => code === chosen.framework)?.versions ?? [];

  const choose = (next: typeof chosen) => {
    setChosen(next);
    draft.change({ step: "framework", data: next });
  };
  // A framework with one version leaves nothing to choose.
  const chooseFramework = (framework: FrameworkCode) => {
    const [only, ...others] = offeredFrameworks.find(({ code }) => code === framework)?.versions ?? [];
    choose({ framework, frameworkVersion: only && others.length === 0 ? only.code : null });
  };

  return (
    <WizardFrame step="framework" draft={draft} missing={missing} onRefused={() => setRefused(true)}>
      {refused && missing ? <Note kind="bad" announce>{Object.values(missing)[0]}</Note> : null}
      <Sheet label={t("title")}>
        <div className="grid gap-5">
          <Choice
            legend={t("legend")}
            name="framework"
            value={offeredFrameworks.find(({ code }) => code === chosen.framework)?.code}
            onChange={chooseFramework}
            options={offeredFrameworks.map(({ code, name }) => ({ value: code, label: name, detail: t(`${code}.text`) }))}
          />
          {versions.length > 0 ? (
            <Choice
              legend={t("version")}
              name="version"
              value={versions.find(({ code }) => code === chosen.frameworkVersion)?.code}
              onChange={(frameworkVersion) => choose({ ...chosen, frameworkVersion })}
              options={versions.map(({ code, name }) => ({ value: code, label: name, detail: t(`versions.${code}`) }))}
            />
          ) : null}
        </div>
      </Sheet>
    </WizardFrame>
  );
}
