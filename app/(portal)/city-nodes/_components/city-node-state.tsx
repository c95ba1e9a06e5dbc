import { useTranslations } from "next-intl";
import { Status } from "@/app/_components/ui/status";
import type { CityNodeView } from "@/lib/city-nodes/client";

type Standing = "OPEN" | "AWAY" | "PLANNED" | "CLOSED";

/** An open city node whose hosts do not answer takes nothing in, so it does not stand as open. */
export function standingOf({ state, selectable }: Pick<CityNodeView, "state" | "selectable">): Standing {
  return state === "OPEN" && !selectable ? "AWAY" : state;
}

const kinds = { OPEN: "well", AWAY: "fault", PLANNED: "asleep", CLOSED: "shut" } as const;

export function CityNodeState({ cityNode, badge = false }: Readonly<{ cityNode: Pick<CityNodeView, "state" | "selectable">; badge?: boolean }>) {
  const t = useTranslations("cityNodes.state");
  const standing = standingOf(cityNode);
  return (
    <Status kind={kinds[standing]} badge={badge}>
      {t(standing)}
    </Status>
  );
}
