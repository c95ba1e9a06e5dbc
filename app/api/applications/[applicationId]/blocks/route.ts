import { z } from "zod";
import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { getLedgerPage } from "@/lib/explorer";

const query = z.object({
  /** Height to go down from; absent: the newest. */
  from: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  limit: z.coerce.number().int().min(1).max(25).default(10),
});

/** The newest blocks and the transactions in them. */
export const GET = defineRoute({
  auth: "user",
  input: { params: applicationParams, query },
  handler: ({ session, params, query: { from, limit } }) =>
    getLedgerPage({ session }, params.applicationId, { limit, ...(from === undefined ? {} : { from }) }),
});
