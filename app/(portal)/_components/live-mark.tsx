import { useTranslations } from "next-intl";
import type { EventStreamState } from "@/app/_api/use-event-stream";
import { Status } from "@/app/_components/ui/status";

/** Whether what is shown follows by itself; nothing once there is nothing more to come. */
export function LiveMark({ stream }: Readonly<{ stream: EventStreamState }>) {
  const t = useTranslations("portal.stream");
  if (stream === "open") return <Status kind="flow">{t("open")}</Status>;
  if (stream === "lost") return <Status kind="wait">{t("lost")}</Status>;
  return stream === "connecting" ? <Status kind="asleep">{t("connecting")}</Status> : null;
}
