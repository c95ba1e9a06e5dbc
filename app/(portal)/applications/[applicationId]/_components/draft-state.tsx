import { useTranslations } from "next-intl";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Empty } from "@/app/_components/ui/empty";
import { Sheet } from "@/app/_components/ui/sheet";
import { Time } from "@/app/_components/ui/time";
import { ApplicationFacts } from "./application-facts";
import { ApplicationFrame } from "./application-frame";
import type { StateProps } from "./application-overview";
import { publishPath } from "./publish-path";

export function DraftState({ live, rights }: StateProps) {
  const t = useTranslations("application.draft");
  const { application } = live.detail;
  return (
    <ApplicationFrame application={application} subtitle={t.rich("subtitle", { time: () => <Time value={application.updatedAt} /> })}>
      <ApplicationFacts detail={live.detail} />
      <Sheet label={t("title")} flush>
        <Empty
          title={t("title")}
          actions={
            rights.submit ? (
              <ButtonLink href={publishPath(application.id)} look="primary">
                {t("continue")}
              </ButtonLink>
            ) : null
          }
        >
          {t("text")}
        </Empty>
      </Sheet>
    </ApplicationFrame>
  );
}
