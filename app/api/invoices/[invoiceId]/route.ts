import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { getInvoice } from "@/lib/billing";
import { requireOrganisation } from "@/lib/identity";

export const GET = defineRoute({
  auth: "user",
  input: { params: z.object({ invoiceId: z.string().max(80) }) },
  handler: ({ session, params }) => {
    const { id: organisationId } = requireOrganisation(session, "billing.read");
    return getInvoice({ invoiceId: params.invoiceId, organisationId });
  },
});
