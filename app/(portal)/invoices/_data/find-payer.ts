import { mayDo } from "@/lib/identity";
import type { CurrentSession } from "@/lib/identity";

/** The organisation whose money the person may see; undefined for roles that have nothing to do with it, and for who belongs to none. */
export function findPayer(session: CurrentSession): { id: string; name: string } | undefined {
  const [organisation] = session.organisations;
  return organisation && mayDo(organisation.role, "billing.read") ? organisation : undefined;
}
