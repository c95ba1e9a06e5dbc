import { useTranslations } from "next-intl";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { PipeTimeline } from "@/app/_components/ui/pipe-timeline";
import { Sheet } from "@/app/_components/ui/sheet";

/** Nothing there yet: what there could be, and the two ways to it. */
export function FirstApplication() {
  const t = useTranslations("applications.first");
  return (
    <div className="grid gap-5 lg:grid-cols-2">
      <Sheet title={t("test.title")} foot={t("test.foot")}>
        <div className="grid gap-4">
          <p className="text-ink-2">{t("test.text")}</p>
          <PipeTimeline
            plan
            label={t("test.title")}
            steps={[
              { key: "open", title: t("test.open"), state: "next", detail: t("test.openText") },
              { key: "send", title: t("test.send"), state: "next", detail: t("test.sendText") },
              { key: "see", title: t("test.see"), state: "next", detail: t("test.seeText") },
            ]}
          />
          <div>
            <ButtonLink href="/first-minute" look="primary" size="lg">
              {t("test.action")}
            </ButtonLink>
          </div>
        </div>
      </Sheet>
      <Sheet title={t("publish.title")} foot={t("publish.foot")}>
        <div className="grid gap-4">
          <p className="text-ink-2">{t("publish.text")}</p>
          <PipeTimeline
            plan
            label={t("publish.title")}
            steps={[
              { key: "design", title: t("publish.design"), state: "next", detail: t("publish.designText") },
              { key: "pay", title: t("publish.pay"), state: "next", detail: t("publish.payText") },
              { key: "approve", title: t("publish.approve"), state: "next", detail: t("publish.approveText") },
            ]}
          />
          <div>
            <ButtonLink href="/publish" size="lg">
              {t("publish.action")}
            </ButtonLink>
          </div>
        </div>
      </Sheet>
    </div>
  );
}
