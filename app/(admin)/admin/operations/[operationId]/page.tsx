import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { orNotFound } from "@/app/(portal)/_data/or-not-found";
import { getPublication } from "@/lib/applications";
import { mayDo } from "@/lib/identity";
import { getOperation } from "@/lib/operations";
import { requirePortalAdmin } from "../../../_data/require-portal-admin";
import { OperationDetail } from "../_components/operation-detail";

type Props = Readonly<{ params: Promise<{ operationId: string }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("operations"))("operation") };
}

export default async function OperationPage({ params }: Props) {
  const { operationId } = await params;
  const session = await requirePortalAdmin(`/admin/operations/${operationId}`);
  const operation = await orNotFound(getOperation(operationId, {}));
  const publication = operation.applicationId ? await orNotFound(getPublication({ session }, operation.applicationId)) : undefined;
  // Resume and refund are the organisation's to ask for; an admin has them in organisations of their own.
  const role = session.organisations.find(({ id }) => id === operation.organisationId)?.role;
  return (
    <OperationDetail
      initial={operation}
      publication={publication}
      rights={{ resume: role !== undefined && mayDo(role, "application.submit"), refund: role !== undefined && mayDo(role, "billing.pay") }}
    />
  );
}
