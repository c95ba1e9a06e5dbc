import { getMeters } from "@/lib/metering";
import { getLedgerPage } from "@/lib/explorer";
import { isExplored, isRunning } from "@/lib/applications";
import { mayDo } from "@/lib/identity";
import { ApplicationOverview } from "./_components/application-overview";
import { contractWords } from "./_data/contract-words";
import { readApplication } from "./_data/read-application";
import { readOrAway } from "./_data/read-or-away";

type Props = Readonly<{ params: Promise<{ applicationId: string }> }>;

export default async function ApplicationPage({ params }: Props) {
  const { applicationId } = await params;
  const { caller, detail } = await readApplication(applicationId);
  const { application } = detail;
  const [ledger, meters] = isRunning(application.state)
    ? await Promise.all([isExplored(application.framework) ? readOrAway(getLedgerPage(caller, applicationId)) : undefined, readOrAway(getMeters(caller, applicationId))])
    : [];
  const role = caller.session.organisations.find(({ id }) => id === application.organisation.id)?.role;
  const may = (action: Parameters<typeof mayDo>[1]) => role !== undefined && mayDo(role, action);
  return (
    <ApplicationOverview
      initial={{ detail, ledger, meters }}
      contract={contractWords(detail)}
      rights={{ write: may("application.write"), submit: may("application.submit"), pay: may("billing.pay"), delete: may("application.delete"), keys: may("access-key.manage") }}
    />
  );
}
