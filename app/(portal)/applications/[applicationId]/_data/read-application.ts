import { notFound } from "next/navigation";
import { cache } from "react";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { getApplication, type ApplicationDetail, type Caller } from "@/lib/applications";
import { isAppError } from "@/lib/platform";

interface ReadApplication {
  caller: Caller;
  detail: ApplicationDetail;
}

/** The application of this address, read once per request; undefined also for another organisation's. */
export const findApplication = cache(async (applicationId: string): Promise<ReadApplication | undefined> => {
  const caller: Caller = { session: await requireCurrentSession(`/applications/${applicationId}`) };
  try {
    return { caller, detail: await getApplication(caller, applicationId) };
  } catch (error) {
    if (isAppError(error) && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
});

/** The same for pages: another organisation's is not found, like one that never existed. */
export async function readApplication(applicationId: string): Promise<ReadApplication> {
  return (await findApplication(applicationId)) ?? notFound();
}
