import { defineRoute } from "@/app/api/_http/define-route";
import { createDraft, listApplications, listApplicationsSchema } from "@/lib/applications";

/** The caller's applications, the last changed first. */
export const GET = defineRoute({
  auth: "user",
  input: { query: listApplicationsSchema },
  handler: ({ session, query }) => listApplications({ session }, query),
});

/** Begins a draft. */
export const POST = defineRoute({
  auth: "user",
  status: 201,
  idempotent: true,
  rateLimit: { limit: 30, windowSeconds: 60 },
  handler: ({ session, origin }) => createDraft({ session, requestId: origin.requestId }),
});
