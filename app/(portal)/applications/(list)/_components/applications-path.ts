import type { ListApplicationsInput } from "@/lib/applications/client";

/** Address of the list with this filter; what is empty stays out of it. */
export function applicationsPath({ search, state, page }: Partial<Record<keyof ListApplicationsInput, string | number | undefined>>): string {
  const query = new URLSearchParams();
  if (search && String(search).trim() !== "") query.set("search", String(search));
  if (state) query.set("state", String(state));
  if (page && Number(page) > 1) query.set("page", String(page));
  return query.size > 0 ? `/applications?${query}` : "/applications";
}
