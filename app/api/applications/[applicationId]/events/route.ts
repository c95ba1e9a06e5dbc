import { applicationParams } from "@/app/api/_http/application-params";
import { defineEventStream } from "@/app/api/_http/define-event-stream";
import { getApplication, watchApplication } from "@/lib/applications";

/** State, newest blocks and meters as they change. Shape of an event: `applicationEventSchema`. */
export const GET = defineEventStream({
  auth: "user",
  input: { params: applicationParams },
  before: async ({ session, params }) => {
    await getApplication({ session }, params.applicationId);
  },
  async *events({ session, params, signal }) {
    for await (const event of watchApplication({ session }, params.applicationId, signal)) yield { data: event };
  },
});
