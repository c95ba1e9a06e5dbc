import type { ListPublicationsInput } from "@/lib/applications/client";

type Filter = Partial<Record<keyof ListPublicationsInput, string | number | undefined>>;

/** Address of the queue with this filter, and of one publication beside it; what is empty or usual stays out of it. */
export function publicationsPath({ search, state, page }: Filter, applicationId?: string): string {
  const query = new URLSearchParams();
  if (search && String(search).trim() !== "") query.set("search", String(search));
  if (state && state !== "SUBMITTED") query.set("state", String(state));
  if (page && Number(page) > 1) query.set("page", String(page));
  const path = applicationId ? `/admin/publications/${applicationId}` : "/admin/publications";
  return query.size > 0 ? `${path}?${query}` : path;
}
