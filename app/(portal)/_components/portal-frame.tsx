"use client";

import { useTranslations } from "next-intl";
import { useSelectedLayoutSegments } from "next/navigation";
import type { ReactNode } from "react";
import { ConsoleShell } from "@/app/_components/shell/console-shell";
import type { NavLink } from "@/app/_components/shell/navigation";
import { Switcher } from "@/app/_components/shell/switcher";
import { UserMenu } from "@/app/_components/shell/user-menu";
import { classNames } from "@/app/_components/ui/class-names";
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
  const admin = useTranslations("admin");
  const fabric = useTranslations("fabricAuthority");
  const signOut = useSignOut();
  const [segment, below] = useSelectedLayoutSegments();
  const ended = <SessionEndedDialog userId={user.id} email={user.email} />;
  if (segment !== undefined && plainSegments.includes(segment)) {
    return (
      <>
        {children}
        {testMoney ? (
          <footer className={classNames("mx-auto flex flex-wrap items-center gap-2.5 px-3.5 pb-10 text-sm text-ink-2 md:px-6", segment === "publish" ? "max-w-[1360px]" : "max-w-[1180px]")}>
            <Tag>{t("testMoney")}</Tag>
            {t("testMoneyWhy")}
          </footer>
        ) : null}
        {ended}
      </>
    );
  }

  // There the screen is needed for the sub-chain; the list says it again.
  const inApplication = segment === "applications" && below !== "(list)";

  const cityNodes: NavLink = { href: "/city-nodes", label: t("cityNodes"), icon: "place" };
  const links: NavLink[] = [
    { href: "/applications", label: t("applications"), shortLabel: t("applicationsShort"), icon: "applications" },
    cityNodes,
    ...(seesInvoices ? [{ href: "/invoices", label: t("invoices"), icon: "invoice" } as const] : []),
  ];
  const adminLinks: NavLink[] = [
    { href: "/admin/publications", label: admin("publications.crumb"), shortLabel: admin("publications.short"), icon: "scales" },
    { href: "/admin/operations", label: admin("operations.crumb"), shortLabel: admin("operations.short"), icon: "operations" },
    { href: "/admin/hosts", label: admin("hosts.crumb"), shortLabel: admin("hosts.short"), icon: "hosts" },
    { href: "/admin/audit", label: admin("audit.crumb"), shortLabel: admin("audit.short"), icon: "audit" },
  ];
  // Nothing of a publisher's is theirs to see: the console stays the one of their own pages.
  const adminAlone = user.isPortalAdmin && organisation === undefined;
  const adminSection = { title: t("admin"), links: adminLinks };
  const sections = adminAlone
    ? [adminSection, { title: t("portal"), links: [cityNodes] }]
    : [{ title: t("organisation"), links: [...links, { href: "/fabric-authority", label: fabric("link"), icon: "key" } as const] }, ...(user.isPortalAdmin ? [adminSection] : [])];
  // The bar at the thumb has room for four; its last button shows all.
  const phoneLinks = adminAlone ? adminLinks : user.isPortalAdmin ? [...links, ...adminLinks.slice(0, 1)] : links;
  return (
    <ConsoleShell
      homeHref={adminAlone ? "/admin/publications" : "/applications"}
      sections={sections}
      phoneLinks={phoneLinks}
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
