"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { useSignOut } from "@/app/(portal)/_hooks/use-sign-out";
import { ConsoleShell } from "@/app/_components/shell/console-shell";
import type { NavLink } from "@/app/_components/shell/navigation";
import { Switcher } from "@/app/_components/shell/switcher";
import { UserMenu } from "@/app/_components/shell/user-menu";
import { Tag } from "@/app/_components/ui/tag";
import type { ListPublicationsInput, PublicationPage } from "@/lib/applications/client";
import type { CurrentSession } from "@/lib/identity/client";
import { usePublications } from "../admin/publications/_hooks/use-publications";

type Props = Readonly<{
  user: CurrentSession["user"];
  /** The queue when the page was first loaded; its length is followed from there. */
  queue: PublicationPage;
  testMoney: boolean;
  /** The admin is a member of an organisation too, and has pages of a publisher. */
  belongs: boolean;
  children: ReactNode;
}>;

const waitingFilter: ListPublicationsInput = { state: "SUBMITTED", page: 1 };

/** The console round the portal admin's pages. */
export function AdminFrame({ user, queue, testMoney, belongs, children }: Props) {
  const t = useTranslations("admin");
  const portal = useTranslations("portal");
  const signOut = useSignOut();
  const { total: waiting } = usePublications(waitingFilter, queue);
  const admin: NavLink[] = [
    { href: "/admin/publications", label: t("publications.crumb"), shortLabel: t("publications.short"), icon: "scales", ...(waiting > 0 ? { count: waiting } : {}) },
    { href: "/admin/operations", label: t("operations.crumb"), shortLabel: t("operations.short"), icon: "operations" },
    { href: "/admin/hosts", label: t("hosts.crumb"), shortLabel: t("hosts.short"), icon: "hosts" },
    { href: "/admin/audit", label: t("audit.crumb"), shortLabel: t("audit.short"), icon: "audit" },
  ];
  const cityNodes: NavLink = { href: "/city-nodes", label: portal("cityNodes"), icon: "place" };
  const own: NavLink[] = belongs ? [{ href: "/applications", label: portal("applications"), icon: "applications" }, cityNodes] : [cityNodes];
  return (
    <ConsoleShell
      homeHref="/admin/publications"
      sections={[
        { title: portal("admin"), links: admin },
        { title: portal("portal"), links: own },
      ]}
      phoneLinks={admin}
      switcher={<Switcher title={portal("admin")} detail={user.email} />}
      topEnd={
        <>
          {testMoney ? (
            <span title={portal("testMoneyWhy")}>
              <Tag>{portal("testMoney")}</Tag>
            </span>
          ) : null}
          <UserMenu
            name={user.name}
            items={[
              { kind: "link", key: "account", label: portal("account"), href: "/account", icon: "settings" },
              { kind: "action", key: "sign-out", label: portal("signOut"), icon: "external", onSelect: () => signOut.mutate() },
            ]}
          />
        </>
      }
    >
      {children}
    </ConsoleShell>
  );
}
