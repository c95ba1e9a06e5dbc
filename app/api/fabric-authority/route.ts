import { defineRoute } from "@/app/api/_http/define-route";
import { getFabricAuthority } from "@/lib/fabric-ca";

export const GET = defineRoute({
  auth: "user",
  handler: async ({ session }) => ({ authority: await getFabricAuthority({ session }) }),
});
