import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { notFound, redirect } from "next/navigation";
import { quotePlan } from "@/lib/billing";
import { listCityNodes } from "@/lib/city-nodes";
import { isDraftStep } from "../../_components/wizard-steps";
import { BasicsStep } from "../_components/basics-step";
import { ChaincodeStep } from "../_components/chaincode-step";
import { CityNodesStep } from "../_components/city-nodes-step";
import { ContractStep } from "../_components/contract-step";
import { FrameworkStep } from "../_components/framework-step";
import { ReviewStep } from "../_components/review-step";
import { readPublication } from "../_data/read-publication";

type Props = Readonly<{ params: Promise<{ applicationId: string; step: string }> }>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [{ step }, t] = await Promise.all([params, getTranslations("publish")]);
  return { title: isDraftStep(step) ? t(`steps.${step}`) : t("start.title") };
}

export default async function WizardPage({ params }: Props) {
  const { applicationId, step } = await params;
  if (!isDraftStep(step)) notFound();
  const { application, session } = await readPublication(applicationId);
  if (!application.draft) redirect(`/publish/${applicationId}`);
  switch (step) {
    case "basics":
      return <BasicsStep application={application} />;
    case "framework":
      return <FrameworkStep application={application} />;
    case "contract":
      return application.framework === "fabric" ? <ChaincodeStep application={application} /> : <ContractStep application={application} />;
    case "city-nodes":
      return <CityNodesStep application={application} cityNodes={await listCityNodes()} quote={quotePlan("STANDARD")} />;
    case "review":
      return <ReviewStep application={application} cityNodes={await listCityNodes()} quote={quotePlan("STANDARD")} unverifiedEmail={session.user.emailVerified ? undefined : session.user.email} />;
  }
}
