import { readApplication } from "@/app/(portal)/applications/[applicationId]/_data/read-application";
import type { ApplicationDetail } from "@/lib/applications";
import type { CurrentSession } from "@/lib/identity";

/** The publication of this address with who asks for it; another organisation's is not found. */
export async function readPublication(applicationId: string): Promise<ApplicationDetail & { session: CurrentSession }> {
  const { caller, detail } = await readApplication(applicationId);
  return { ...detail, session: caller.session };
}
