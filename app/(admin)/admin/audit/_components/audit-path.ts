import type { ListAuditEventsInput } from "@/lib/audit/client";

/** Address of the list with this filter; what is empty stays out of it. */
export function auditPath(filter: ListAuditEventsInput): string {
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== undefined && value.trim() !== ""));
  return query.size > 0 ? `/admin/audit?${query}` : "/admin/audit";
}
