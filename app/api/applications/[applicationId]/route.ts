import { applicationParams } from "@/app/api/_http/application-params";
import { defineRoute } from "@/app/api/_http/define-route";
import { contractDraftCharactersMax, deleteApplication, deleteApplicationSchema, getApplication, saveDraftStep, saveDraftStepSchema } from "@/lib/applications";

export const GET = defineRoute({
  auth: "user",
  input: { params: applicationParams },
  handler: ({ session, params }) => getApplication({ session }, params.applicationId),
});

/** Saves one step of the draft. Bytes, because the text of a contract may hold more than ASCII. */
export const PATCH = defineRoute({
  auth: "user",
  input: { params: applicationParams, body: saveDraftStepSchema },
  bodyBytesMax: 2 * contractDraftCharactersMax,
  handler: ({ session, params, body, origin }) => saveDraftStep({ session, requestId: origin.requestId }, { ...body, ...params }),
});

/** 202 with the operation that removes the sub-chain; its id is null where there was none. */
export const DELETE = defineRoute({
  auth: "user",
  input: { params: applicationParams, body: deleteApplicationSchema },
  status: 202,
  idempotent: true,
  handler: async ({ session, params, body, origin }) => {
    const { operationId } = await deleteApplication({ session, requestId: origin.requestId }, { ...params, name: body.name });
    return { operationId: operationId ?? null };
  },
});
