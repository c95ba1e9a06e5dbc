"use client";

import { useTranslations } from "next-intl";
import { useSelectedLayoutSegments } from "next/navigation";
import type { ReactNode } from "react";
import { ConsoleShell } from "@/app/_components/shell/console-shell";
import type { NavLink } from "@/app/_components/shell/navigation";
import { Switcher } from "@/app/_components/shell/switcher";
import { UserMenu } from "@/app/_components/shell/user-menu";
import { Tag } from "@/app/_components/ui/tag";
import { SessionEndedDialog } from "@/app/_session/session-ended-dialog";
import { VerifyEmailBanner } from "@/app/_session/verify-email-banner";
import type { CurrentSession } from "@/lib/identity/client";
import { useSignOut } from "../_hooks/use-sign-out";

type Props = Readonly<{
  user: CurrentSession["user"];
  /** Undefined for a portal admin who belongs to none. */
  organisation: string | undefined;
  seesInvoices: boolean;
  /** While no real money moves, every page says so. */
  testMoney: boolean;
  children: ReactNode;
}>;

/** Pages with one task bring a PlainShell of their own. */
const plainSegments: ReadonlyArray<string> = ["first-minute", "publish"];

/** The console round a publisher's pages. */
export function PortalFrame({ user, organisation, seesInvoices, testMoney, children }: Props) {
  const t = useTranslations("portal");
  const signOut = useSignOut();
  const [segment, below] = useSelectedLayoutSegments();
  const ended = <SessionEndedDialog userId={user.id} email={user.email} />;
  if (segment !== undefined && plainSegments.includes(segment)) {
    return (
      <>
        {children}
        {ended}
      </>
    );
  }

  // There the screen is needed for the sub-chain; the list says it again.
  const inApplication = segment === "applications" && below !== "(list)";

  const links: NavLink[] = [
    { href: "/applications", label: t("applications"), shortLabel: t("applicationsShort"), icon: "applications" },
    { href: "/city-nodes", label: t("cityNodes"), icon: "place" },
    ...(seesInvoices ? [{ href: "/invoices", label: t("invoices"), icon: "invoice" } as const] : []),
  ];
  const adminLinks: NavLink[] = [{ href: "/admin/publications", label: t("publications"), icon: "scales" }];
  return (
    <ConsoleShell
      homeHref="/applications"
      sections={[{ title: t("organisation"), links }, ...(user.isPortalAdmin ? [{ title: t("admin"), links: adminLinks }] : [])]}
      phoneLinks={user.isPortalAdmin ? [...links, ...adminLinks] : links}
      switcher={<Switcher title={organisation ?? t("portal")} detail={user.email} />}
      topEnd={
        <>
          {testMoney ? (
            <span title={t("testMoneyWhy")}>
              <Tag>{t("testMoney")}</Tag>
            </span>
          ) : null}
          <UserMenu
            name={user.name}
            items={[
              { kind: "link", key: "account", label: t("account"), href: "/account", icon: "settings" },
              { kind: "action", key: "sign-out", label: t("signOut"), icon: "external", onSelect: () => signOut.mutate() },
            ]}
          />
        </>
      }
    >
      {user.emailVerified || inApplication ? null : (
        <aside aria-label={t("verifyEmail")} className="max-w-[1280px] px-6 pt-4 max-md:px-3.5">
          <VerifyEmailBanner email={user.email} />
        </aside>
      )}
      {children}
      {ended}
    </ConsoleShell>
  );
}
