import { redirect } from "next/navigation";
import { isDraftStep, stepPath } from "../_components/wizard-steps";
import { readPublication } from "./_data/read-publication";

type Props = Readonly<{ params: Promise<{ applicationId: string }> }>;

/** Goes on where the publication stands: its draft at the step that was left, its payment, or its own page. */
export default async function PublicationPage({ params }: Props) {
  const { applicationId } = await params;
  const { application, invoice } = await readPublication(applicationId);
  if (application.draft) redirect(stepPath(applicationId, application.draft.step !== null && isDraftStep(application.draft.step) ? application.draft.step : "basics"));
  redirect(invoice?.state === "OPEN" ? stepPath(applicationId, "pay") : `/applications/${applicationId}`);
}
