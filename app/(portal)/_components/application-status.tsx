import { useTranslations } from "next-intl";
import { Status, type StatusKind } from "@/app/_components/ui/status";
import type { ApplicationState } from "@/lib/applications/client";

const kinds = {
  DRAFT: "asleep",
  AWAITING_PAYMENT: "wait",
  SUBMITTED: "wait",
  APPROVED: "flow",
  PROVISIONING: "flow",
  RUNNING: "well",
  REJECTED: "shut",
  FAILED: "fault",
  CANCELLED: "shut",
  DELETING: "flow",
  DELETED: "shut",
} as const satisfies Record<ApplicationState, StatusKind>;

export function ApplicationStatus({ state, badge = false }: Readonly<{ state: ApplicationState; badge?: boolean }>) {
  const t = useTranslations("portal.state");
  return (
    <Status kind={kinds[state]} badge={badge}>
      {t(state)}
    </Status>
  );
}
