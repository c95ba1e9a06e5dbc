import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { SessionEndedDialog } from "@/app/_session/session-ended-dialog";
import { listPublications } from "@/lib/applications";
import { quotePlan } from "@/lib/billing";
import { AdminFrame } from "../_components/admin-frame";
import { requirePortalAdmin } from "../_data/require-portal-admin";

type Props = Readonly<{ children: ReactNode }>;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("admin");
  return { title: { default: t("area"), template: `%s · ${t("area")}` } };
}

/** Below it every page asks again: a layout is not drawn anew when one goes from page to page. */
export default async function AdminLayout({ children }: Props) {
  const session = await requirePortalAdmin((await headers()).get("x-path") ?? "/admin/publications");
  const queue = await listPublications({ session });
  return (
    <>
      <AdminFrame user={session.user} queue={queue} testMoney={quotePlan("STANDARD").book === "TEST"} belongs={session.organisations.length > 0}>
        {children}
      </AdminFrame>
      <SessionEndedDialog userId={session.user.id} email={session.user.email} />
    </>
  );
}
