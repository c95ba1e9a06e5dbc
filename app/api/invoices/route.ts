import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { listInvoices } from "@/lib/billing";
import { requireOrganisation } from "@/lib/identity";

export const GET = defineRoute({
  auth: "user",
  input: { query: z.object({ page: z.coerce.number().int().min(1).max(100_000).default(1) }) },
  handler: ({ session, query }) => {
    const { id: organisationId } = requireOrganisation(session, "billing.read");
    return listInvoices({ organisationId, page: query.page });
  },
});
