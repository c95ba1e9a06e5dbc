"use client";

import { useTranslations } from "next-intl";
import { FailureNote } from "@/app/_forms/failure-note";
import { Button } from "@/app/_components/ui/button";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { PageHead } from "@/app/_components/ui/page-head";
import { PipeTimeline } from "@/app/_components/ui/pipe-timeline";
import { Sheet } from "@/app/_components/ui/sheet";
import { useOpenTest, type OpenedTest } from "../_hooks/use-open-test";
import { MinuteShell } from "./minute-shell";

type Props = Readonly<{ onOpened: (opened: OpenedTest) => void }>;

/** Before the click: what it does, and what comes after it. */
export function StartView({ onOpened }: Props) {
  const t = useTranslations("minute.start");
  const shell = useTranslations("minute");
  const open = useOpenTest(onOpened);
  return (
    <MinuteShell consoleHref="/applications">
      <PageHead large title={t("title")} subtitle={t("text")} />
      <Sheet title={t("what")} foot={t("limits")} className="max-w-[720px]">
        <div className="grid gap-5">
          <PipeTimeline
            plan
            large
            label={t("what")}
            steps={[
              { key: "open", title: t("open"), state: "next", detail: t("openText") },
              { key: "key", title: t("key"), state: "next", detail: t("keyText") },
              { key: "run", title: t("run"), state: "next", detail: t("runText") },
              { key: "arrive", title: t("arrive"), state: "next", detail: t("arriveText") },
            ]}
          />
          <FailureNote
            error={open.error ?? undefined}
            actions={
              open.error?.code === "QUOTA_EXCEEDED" ? (
                <ButtonLink href="/applications" size="sm">
                  {shell("console")}
                </ButtonLink>
              ) : undefined
            }
          />
          <div>
            <Button look="primary" size="lg" loading={open.isPending} onClick={() => open.mutate()}>
              {t("action")}
            </Button>
          </div>
        </div>
      </Sheet>
    </MinuteShell>
  );
}
