import { defineRoute } from "@/app/api/_http/define-route";
import { listHostSummaries } from "@/lib/city-nodes";

/** The hosts of the installation, as they last reported themselves. */
export const GET = defineRoute({ auth: "admin", handler: async () => ({ hosts: await listHostSummaries() }) });
