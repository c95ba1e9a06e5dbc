import { consumptionQuerySchema, type ConsumptionQuery } from "@/lib/city-nodes/client";

/** What the address may ask for; nonsense in it shows the beginning instead of an error. */
export const consumptionFilterSchema = consumptionQuerySchema.omit({ limit: true, offset: true }).extend({ offset: consumptionQuerySchema.shape.offset });
export type ConsumptionFilter = Omit<ConsumptionQuery, "limit">;

export const pageSize = 50;

const defaults: ConsumptionFilter = consumptionFilterSchema.parse({});

/** Address of a host's page with this filter; what is usual or empty stays out of it. */
export function consumptionPath(hostId: string, filter: ConsumptionFilter): string {
  const usual = new Map<string, unknown>(Object.entries(defaults));
  const told = Object.entries(filter).filter(([name, value]) => value !== undefined && value !== "" && value !== usual.get(name));
  const query = new URLSearchParams(told.map(([name, value]) => [name, String(value)]));
  return query.size > 0 ? `/admin/hosts/${hostId}?${query}` : `/admin/hosts/${hostId}`;
}

/** The filter that a column's head leads to: most first, names from A; once more turns it. */
export function sortedBy(filter: ConsumptionFilter, sort: ConsumptionQuery["sort"]): ConsumptionFilter {
  const first = sort === "name" ? "asc" : "desc";
  const turned = filter.order === "asc" ? "desc" : "asc";
  return { ...filter, sort, order: filter.sort === sort ? turned : first, offset: 0 };
}
