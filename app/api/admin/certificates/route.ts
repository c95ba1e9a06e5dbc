import { defineRoute } from "@/app/api/_http/define-route";
import { listCertificates, listCertificatesSchema } from "@/lib/certificates";

export const GET = defineRoute({
  auth: "admin",
  input: { query: listCertificatesSchema },
  handler: async ({ query }) => ({ certificates: await listCertificates(query) }),
});
