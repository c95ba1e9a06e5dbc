"use client";

import { useTranslations } from "next-intl";
import Link from "next/link";
import { useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Note } from "@/app/_components/ui/note";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { FailureNote } from "@/app/_forms/failure-note";
import { VerifyEmailBanner } from "@/app/_session/verify-email-banner";
import { draftSteps, finalityOfDraft, offeredFrameworks } from "@/lib/applications/client";
import type { PriceQuote } from "@/lib/billing/client";
import { failureDomainsOfChoice, type CityNodeView } from "@/lib/city-nodes/client";
import { isFinalityPossible } from "@/lib/control/client";
import { chaincodeTemplates, contractPackageSchema } from "@/lib/templates/client";
import { FailureDomain } from "../../../_components/finality/failure-domain";
import { FinalityName } from "../../../_components/finality/finality-name";
import { Survival } from "../../../_components/finality/survival";
import { PriceSheet } from "../../_components/price-sheet";
import { stepPath } from "../../_components/wizard-steps";
import { useCityNodes } from "../_hooks/use-city-nodes";
import { useDraft } from "../_hooks/use-draft";
import { useLatestDraft } from "../_hooks/use-latest-draft";
import { useSubmitApplication } from "../_hooks/use-submit-application";
import type { StepProps } from "./draft-content";
import { WizardFrame } from "./wizard-frame";

type Props = StepProps & Readonly<{ cityNodes: CityNodeView[]; quote: PriceQuote; /** The address that has to be confirmed first; undefined when it is. */ unverifiedEmail: string | undefined }>;

export function ReviewStep({ application: sent, cityNodes: initial, quote, unverifiedEmail }: Props) {
  const t = useTranslations("publish");
  const application = useLatestDraft(sent);
  const draft = useDraft(application);
  const submit = useSubmitApplication(application.id);
  const [refused, setRefused] = useState(false);
  const missing = application.draft?.missing ?? {};
  const cityNodes = useCityNodes(initial);
  const peers = application.cityNodes.length;
  const finality = finalityOfDraft(application);
  const possible = isFinalityPossible(finality, peers);
  const domains = failureDomainsOfChoice(cityNodes.filter(({ code }) => application.cityNodes.some((one) => one.code === code)));
  const incomplete = draftSteps.filter((step) => missing[step]);

  const press = () => {
    if (incomplete.length > 0 || unverifiedEmail !== undefined) setRefused(true);
    else submit.mutate({ version: draft.application.version });
  };
  const change = (step: "basics" | "framework" | "contract" | "city-nodes") => <Link href={stepPath(application.id, step)}>{t("review.change")}<span className="sr-only">: {t(`steps.${step}`)}</span></Link>;

  return (
    <WizardFrame
      step="review"
      draft={draft}
      missing={undefined}
      aside={
        <>
          <PriceSheet quote={quote} chosen={peers} />
          {possible ? <Survival finality={finality} peers={peers} domains={domains} /> : null}
        </>
      }
      submit={
        <Button look="primary" size="lg" loading={submit.isPending || submit.isSuccess} onClick={press}>
          {t("review.submit")}
        </Button>
      }
    >
      {unverifiedEmail !== undefined ? <VerifyEmailBanner email={unverifiedEmail} /> : null}
      {incomplete.length > 0 ? (
        <Note kind={refused ? "bad" : "wait"} title={t("review.incomplete")} announce={refused}>
          <ul className="mt-1 grid gap-1">
            {incomplete.map((step) => (
              <li key={step}>
                <Link href={stepPath(application.id, step)}>{t(`steps.${step}`)}</Link>: {Object.values(missing[step] ?? {})[0]}
              </li>
            ))}
          </ul>
        </Note>
      ) : null}
      <FailureNote error={submit.error ?? undefined} />
      <Sheet title={t("review.what")} flush>
        <KeyValues
          className="px-4"
          items={[
            { label: t("steps.basics"), value: <Entry aside={change("basics")}>{application.name || t("unnamed")}{application.description ? <span className="block text-ink-2">{application.description}</span> : null}</Entry> },
            { label: t("steps.framework"), value: <Entry aside={change("framework")}><FrameworkName application={application} /></Entry> },
            { label: t("steps.contract"), value: <Entry aside={change("contract")}><PackageName stored={application.contractPackage} /></Entry> },
            {
              label: t("steps.city-nodes"),
              value: (
                <Entry aside={change("city-nodes")}>
                  <span className="flex flex-wrap gap-2">
                    {application.cityNodes.map(({ code, city }) => (
                      <Plate key={code} code={code} city={city} />
                    ))}
                  </span>
                </Entry>
              ),
            },
            {
              label: t("review.finality"),
              value: (
                <Entry aside={change("city-nodes")}>
                  <span className="grid gap-1.5">
                    {possible ? <FinalityName finality={finality} peers={peers} /> : (missing["city-nodes"]?.finality ?? t("review.missing"))}
                    {possible ? <FailureDomain finality={finality} domains={domains} /> : null}
                  </span>
                </Entry>
              ),
            },
          ]}
        />
      </Sheet>
      <p className="text-sm text-ink-2">{t("review.next")}</p>
    </WizardFrame>
  );
}

function Entry({ children, aside }: Readonly<{ children: React.ReactNode; aside: React.ReactNode }>) {
  return (
    <span className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
      <span className="min-w-0">{children}</span>
      <span className="text-xs">{aside}</span>
    </span>
  );
}

function FrameworkName({ application }: StepProps) {
  const t = useTranslations("publish.review");
  const framework = offeredFrameworks.find(({ code }) => code === application.framework);
  const version = framework?.versions.find(({ code }) => code === application.frameworkVersion);
  return framework && version ? t("frameworkVersion", { framework: framework.name, version: version.name }) : t("missing");
}

function PackageName({ stored }: Readonly<{ stored: unknown }>) {
  const t = useTranslations("publish");
  const parsed = contractPackageSchema.safeParse(stored);
  if (!parsed.success) return t("review.missing");
  const chosen = parsed.data;
  if (chosen.kind === "chaincode") return t("review.chaincode", { template: chaincodeTemplates.find(({ id }) => id === chosen.template)?.name ?? chosen.template, name: chosen.name });
  if (chosen.kind === "own") return t("review.own", { name: chosen.name });
  return chosen.template === "erc20" ? t("review.token", { name: chosen.parameters.name, symbol: chosen.parameters.symbol }) : t("contract.evidence-notary.title");
}
