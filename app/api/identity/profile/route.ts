import { defineRoute } from "@/app/api/_http/define-route";
import { updateProfile, updateProfileSchema } from "@/lib/identity";

export const GET = defineRoute({
  auth: "user",
  handler: async ({ session: { user, organisations } }) => ({ user, organisations }),
});

export const PATCH = defineRoute({
  auth: "user",
  input: { body: updateProfileSchema },
  idempotent: true,
  handler: ({ session, body, origin }) => updateProfile(session, body, origin),
});
