import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ConsolePage } from "@/app/_components/shell/console-page";
import type { Crumb } from "@/app/_components/ui/breadcrumbs";
import { PageHead } from "@/app/_components/ui/page-head";
import { TabLinks } from "@/app/_components/ui/tab-links";
import { isExplored, isRunning, type ApplicationView } from "@/lib/applications/client";
import { ApplicationStatus } from "../../../_components/application-status";

type Props = Readonly<{
  application: Pick<ApplicationView, "id" | "name" | "state" | "framework">;
  /** What is true now; absent: the application's name. */
  title?: ReactNode;
  subtitle?: ReactNode;
  status?: ReactNode;
  actions?: ReactNode;
  /** Below the application, on its sub-pages. */
  crumbs?: ReadonlyArray<Crumb>;
  children: ReactNode;
}>;

/** Head, crumbs and tabs of every page of one application. What its state has not got has no tab. */
export function ApplicationFrame({ application, title, subtitle, status, actions, crumbs = [], children }: Props) {
  const t = useTranslations("application");
  const list = useTranslations("applications");
  const { id, state, framework } = application;
  const name = application.name || list("unnamed");
  const path = `/applications/${id}`;
  const tabs = [
    { href: path, label: t("tab.overview"), exact: true },
    ...(isRunning(state) && isExplored(framework)
      ? [
          { href: `${path}/transactions`, label: t("tab.transactions") },
          { href: `${path}/blocks`, label: t("tab.blocks") },
          { href: `${path}/keys`, label: t("tab.keys") },
        ]
      : []),
    ...(state === "DELETED" ? [] : [{ href: `${path}/settings`, label: t("tab.settings") }]),
  ];
  return (
    <ConsolePage crumbs={[{ label: list("crumb"), href: "/applications" }, { label: name, href: path }, ...crumbs]}>
      <PageHead title={title ?? name} status={status ?? <ApplicationStatus state={state} badge />} subtitle={subtitle} actions={actions} />
      <TabLinks label={t("tab.label")} links={tabs} />
      {children}
    </ConsolePage>
  );
}
