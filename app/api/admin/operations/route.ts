import { z } from "zod";
import { defineRoute } from "@/app/api/_http/define-route";
import { listOperations } from "@/lib/operations";

const states = ["PENDING", "RUNNING", "SUCCEEDED", "FAILED"] as const;

export const GET = defineRoute({
  auth: "admin",
  input: {
    query: z.object({
      state: z.enum(states).optional(),
      kind: z.string().max(60).optional(),
      applicationId: z.string().max(80).optional(),
      after: z.string().max(80).optional(),
    }),
  },
  handler: ({ query }) => {
    const { state, kind, applicationId, after } = query;
    return listOperations({
      ...(state ? { state } : {}),
      ...(kind ? { kind } : {}),
      ...(applicationId ? { applicationId } : {}),
      ...(after ? { after } : {}),
      limit: 50,
    });
  },
});
