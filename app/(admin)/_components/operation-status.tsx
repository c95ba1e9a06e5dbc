import { useTranslations } from "next-intl";
import { Status, type StatusKind } from "@/app/_components/ui/status";
import type { OperationView } from "@/lib/operations/client";

const kinds = { PENDING: "wait", RUNNING: "flow", SUCCEEDED: "well", FAILED: "fault" } as const satisfies Record<OperationView["state"], StatusKind>;

export function OperationStatus({ state, badge = false }: Readonly<{ state: OperationView["state"]; badge?: boolean }>) {
  const t = useTranslations("operations.state");
  return (
    <Status kind={kinds[state]} badge={badge}>
      {t(state)}
    </Status>
  );
}
