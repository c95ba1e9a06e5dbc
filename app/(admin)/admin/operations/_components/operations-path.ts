import { z } from "zod";
import { operationViewSchema } from "@/lib/operations/client";

export const operationStates = operationViewSchema.shape.state.options;

/** What the list can be asked for; `after` is the last operation of the page before. */
export const operationFilterSchema = z.object({
  state: z.enum(operationStates).optional(),
  applicationId: z.string().trim().max(80).optional(),
  after: z.string().max(80).optional(),
});
export type OperationFilter = z.output<typeof operationFilterSchema>;

/** Address of the list with this filter; what is empty stays out of it. */
export function operationsPath(filter: OperationFilter): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== undefined && value !== ""));
  return query.size > 0 ? `/admin/operations?${query}` : "/admin/operations";
}
