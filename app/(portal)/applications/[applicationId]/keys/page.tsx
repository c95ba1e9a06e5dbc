import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { listAccessKeys } from "@/lib/access-keys";
import { isExplored, isRunning } from "@/lib/applications";
import { mayDo } from "@/lib/identity";
import { readApplication } from "../_data/read-application";
import { KeysView } from "./_components/keys-view";

type Props = Readonly<{ params: Promise<{ applicationId: string }> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("application.tab"))("keys") };
}

export default async function KeysPage({ params }: Props) {
  const { applicationId } = await params;
  const { caller, detail } = await readApplication(applicationId);
  const { application, subChain } = detail;
  // Only a running sub-chain has a gateway that a key could open.
  if (!isRunning(application.state) || !isExplored(application.framework) || !subChain) redirect(`/applications/${applicationId}`);
  const role = caller.session.organisations.find(({ id }) => id === application.organisation.id)?.role;
  return (
    <KeysView
      application={application}
      subChain={subChain}
      initial={await listAccessKeys(caller, applicationId)}
      mayManage={role !== undefined && mayDo(role, "access-key.manage")}
    />
  );
}
