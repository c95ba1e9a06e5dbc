import { headers } from "next/headers";
import type { ReactNode } from "react";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { quotePlan } from "@/lib/billing";
import { mayDo } from "@/lib/identity";
import { PortalFrame } from "./_components/portal-frame";

type Props = Readonly<{ children: ReactNode }>;

/** Everything below belongs to somebody who is signed in; a visitor signs in first and comes back to the same address. */
export default async function PortalLayout({ children }: Props) {
  const session = await requireCurrentSession((await headers()).get("x-path") ?? "/applications");
  const [organisation] = session.organisations;
  return (
    <PortalFrame
      user={session.user}
      organisation={organisation?.name}
      seesInvoices={organisation !== undefined && mayDo(organisation.role, "billing.read")}
      testMoney={quotePlan("STANDARD").book === "TEST"}
    >
      {children}
    </PortalFrame>
  );
}
