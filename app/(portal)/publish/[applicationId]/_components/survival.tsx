import { useTranslations } from "next-intl";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";

/** What the choice survives, and what not: one orders, the others check every block. */
export function Survival({ peers }: Readonly<{ peers: number }>) {
  const t = useTranslations("publish.survival");
  return (
    <Sheet title={t("title")}>
      <div className="grid gap-4 text-sm">
        <div>
          <p className="label mb-2">{t("survives")}</p>
          <ul className="grid gap-2">
            <li><Status kind="well" className="whitespace-normal">{t("restart")}</Status></li>
            {peers > 1 ? <li><Status kind="well" className="whitespace-normal">{t("noticed")}</Status></li> : null}
            {peers > 1 ? <li><Status kind="well" className="whitespace-normal">{t("reading")}</Status></li> : null}
          </ul>
        </div>
        <div>
          <p className="label mb-2">{t("doesNot")}</p>
          <ul className="grid gap-2">
            <li><Status kind="asleep" className="whitespace-normal">{t("orderer")}</Status></li>
            <li><Status kind="asleep" className="whitespace-normal">{t("machine")}</Status></li>
          </ul>
        </div>
      </div>
    </Sheet>
  );
}
