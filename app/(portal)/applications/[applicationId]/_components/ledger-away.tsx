import { useTranslations } from "next-intl";
import { Note } from "@/app/_components/ui/note";

/** In the place of what only the city node knows. */
export function LedgerAway() {
  const t = useTranslations("explorer");
  return (
    <Note kind="wait" title={t("away")}>
      {t("awayText")}
    </Note>
  );
}
