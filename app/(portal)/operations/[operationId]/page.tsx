import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { getApplication } from "@/lib/applications";
import { requireOrganisation } from "@/lib/identity";
import { getOperation } from "@/lib/operations";
import { orNotFound } from "../../_data/or-not-found";
import { OperationView } from "./_components/operation-view";

type Props = Readonly<{ params: Promise<{ operationId: string }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("operations"))("crumb") };
}

/** One operation by its id: what a mail or an admin's list links to. */
export default async function OperationPage({ params }: Props) {
  const { operationId } = await params;
  const session = await requireCurrentSession(`/operations/${operationId}`);
  const scope = session.user.isPortalAdmin ? {} : { organisationId: requireOrganisation(session, "application.read").id };
  const operation = await orNotFound(getOperation(operationId, scope));
  const { applicationId } = operation;
  // A portal admin sees the operations of applications that are not theirs to open.
  const isOwn = session.organisations.some(({ id }) => id === operation.organisationId);
  const application = applicationId !== null && isOwn ? (await getApplication({ session }, applicationId)).application : undefined;
  return <OperationView initial={operation} application={application ? { id: application.id, name: application.name } : undefined} />;
}
