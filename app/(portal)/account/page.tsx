import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { PageHead } from "@/app/_components/ui/page-head";
import { requireCurrentSession } from "@/app/_session/get-current-session";
import { listSessions } from "@/lib/identity";
import { PasswordSheet } from "./_components/password-sheet";
import { ProfileSheet } from "./_components/profile-sheet";
import { SessionsSheet } from "./_components/sessions-sheet";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("page") };
}

export default async function AccountPage() {
  const [session, t] = await Promise.all([requireCurrentSession("/account"), getTranslations("account")]);
  const sessions = await listSessions(session);
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <PageHead title={session.user.name} subtitle={t("subtitle")} />
      <div className="grid items-start gap-5 max-md:gap-3.5 lg:grid-cols-2">
        <ProfileSheet user={session.user} organisations={session.organisations} />
        <PasswordSheet email={session.user.email} name={session.user.name} />
      </div>
      <SessionsSheet initial={sessions} />
    </ConsolePage>
  );
}
