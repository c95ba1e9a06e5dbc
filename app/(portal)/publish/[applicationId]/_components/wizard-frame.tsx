"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";
import { PlainShell } from "@/app/_components/shell/plain-shell";
import { Button } from "@/app/_components/ui/button";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Steps } from "@/app/_components/ui/steps";
import { Tag } from "@/app/_components/ui/tag";
import type { DraftStep } from "@/lib/applications/client";
import { nextStep, previousStep, stepPath, wizardSteps } from "../../_components/wizard-steps";
import type { Draft } from "../_hooks/use-draft";
import { SaveMark } from "./save-mark";

type Props = Readonly<{
  step: DraftStep;
  draft: Draft;
  /** What is still missing in this step; shown once somebody tries to go on. */
  missing: Readonly<Record<string, string>> | undefined;
  /** Told when somebody tries to go on although something is missing. */
  onRefused?: () => void;
  /** Instead of the button that goes on: the last step submits. */
  submit?: ReactNode;
  /** Beside the step: the price, what a choice means. */
  aside?: ReactNode;
  children: ReactNode;
}>;

/** The frame of every step of a draft: where one is, what is saved, back and on. */
export function WizardFrame({ step, draft, missing, onRefused, submit, aside, children }: Props) {
  const t = useTranslations("publish");
  const router = useRouter();
  const [going, setGoing] = useState(false);
  const { application, save, flush } = draft;
  const [back, next] = [previousStep(step), nextStep(step)];

  const goOn = async () => {
    if (missing) return onRefused?.();
    setGoing(true);
    if (next && (await flush())) router.push(stepPath(application.id, next));
    else setGoing(false);
  };
  const close = async () => {
    if (await flush()) router.push(`/applications/${application.id}`);
  };

  return (
    <PlainShell
      wide
      homeHref="/applications"
      context={
        <>
          <span className="truncate">{application.name || t("unnamed")}</span>
          <Tag>{t("draft")}</Tag>
        </>
      }
      end={
        <>
          <SaveMark save={save} />
          <Button onClick={() => void close()}>{t("saveAndClose")}</Button>
        </>
      }
    >
      <div className="grid gap-6">
        <Steps
          label={t("steps.label")}
          current={wizardSteps.indexOf(step)}
          steps={wizardSteps.map((name) => ({ label: t(`steps.${name}`), ...(name === "pay" ? {} : { href: stepPath(application.id, name) }) }))}
        />
        <PageHead title={t(`${step}.title`)} subtitle={t(`${step}.subtitle`)} />
        {save.kind === "elsewhere" ? (
          <Note kind="bad" announce title={t("save.elsewhereTitle")} actions={<Button size="sm" onClick={() => window.location.reload()}>{t("save.reload")}</Button>}>
            {t("save.elsewhereText")}
          </Note>
        ) : null}
        {save.kind === "failed" ? (
          <Note kind="wait" announce title={t("save.failedTitle")}>
            {save.error.publicMessage} {t("save.failedText")}
          </Note>
        ) : null}
        <div className={aside ? "grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_320px]" : "grid max-w-3xl gap-5"}>
          <div className="grid min-w-0 gap-5">
            {children}
            <div className="flex flex-wrap items-center justify-between gap-3">
              {back ? <ButtonLink look="quiet" icon="back" href={stepPath(application.id, back)}>{t(`steps.${back}`)}</ButtonLink> : <span />}
              {submit ?? (
                <Button look="primary" size="lg" loading={going} onClick={() => void goOn()}>
                  {next ? t(`continueTo.${next}`) : null}
                </Button>
              )}
            </div>
          </div>
          {aside ? <div className="grid gap-4 lg:sticky lg:top-6">{aside}</div> : null}
        </div>
      </div>
    </PlainShell>
  );
}
