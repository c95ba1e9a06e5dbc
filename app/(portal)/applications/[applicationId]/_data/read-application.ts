import { cache } from "react";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { getApplication, type ApplicationDetail, type Caller } from "@/lib/applications";
import { orNotFound } from "../../../_data/or-not-found";

interface ReadApplication {
  caller: Caller;
  detail: ApplicationDetail;
}

/** The application of this address, read once per request; another organisation's is not found, like one that never existed. */
export const readApplication = cache(async (applicationId: string): Promise<ReadApplication> => {
  const caller: Caller = { session: await requireCurrentSession(`/applications/${applicationId}`) };
  return { caller, detail: await orNotFound(getApplication(caller, applicationId)) };
});
