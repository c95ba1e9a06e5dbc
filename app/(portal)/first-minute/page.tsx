import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { redirect } from "next/navigation";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { getApplication, isExplored, listApplications, type Caller } from "@/lib/applications";
import { quotePlan } from "@/lib/billing";
import { getLedgerPage } from "@/lib/explorer";
import { isAppError, timeOfId } from "@/lib/platform";
import { FirstMinute } from "./_components/first-minute";
import { findArrival, provisionedBlocks } from "./_data/find-arrival";

type Props = Readonly<{ searchParams: Promise<Record<string, string | string[] | undefined>> }>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("minute"))("page") };
}

/** From sign-up to the first transaction. Shows the newest test sub-chain, or with `?new` the way to one more. */
export default async function FirstMinutePage({ searchParams }: Props) {
  const [session, query] = await Promise.all([requireCurrentSession("/first-minute"), searchParams]);
  const caller: Caller = { session };
  // A portal admin who belongs to no organisation has nothing to open here.
  if (session.organisations.length === 0) redirect("/applications");
  const applicationId = query.new === undefined ? await findTest(caller, query.application) : undefined;
  const detail = applicationId === undefined ? undefined : await getApplication(caller, applicationId);
  return (
    <FirstMinute
      key={applicationId ?? "new"}
      price={quotePlan("STANDARD")}
      signedUpAtMs={timeOfId(session.user.id)}
      initial={detail ? { detail, arrival: await readArrival(caller, detail) } : undefined}
    />
  );
}

type Detail = Awaited<ReturnType<typeof getApplication>>;

/** Looks from the first block on: the first transaction of a client may lie far below the newest ones. */
async function readArrival(caller: Caller, { application }: Detail) {
  if (application.state !== "RUNNING") return undefined;
  try {
    const from = provisionedBlocks(application) + 4;
    return findArrival(await getLedgerPage(caller, application.id, { from, limit: 5 }), application);
  } catch (error) {
    // Its city node is away; the live stream shows the arrival later.
    if (isAppError(error) && (error.code === "UNAVAILABLE" || error.code === "CONFLICT")) return undefined;
    throw error;
  }
}

/** The one that the address names, if it is a live test of the caller's; otherwise the newest. */
async function findTest(caller: Caller, wanted: string | string[] | undefined): Promise<string | undefined> {
  const { applications } = await listApplications(caller, { page: 1 });
  const tests = applications.filter(({ plan, state, framework }) => plan === "TEST" && state !== "DELETING" && isExplored(framework)).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
  return (tests.find(({ id }) => id === wanted) ?? tests[0])?.id;
}
