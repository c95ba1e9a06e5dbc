import { useTranslations } from "next-intl";

/** The first thing the keyboard reaches; every shell has one, and a main with this id. */
export function SkipLink() {
  const t = useTranslations("ui");
  return (
    <a className="skip" href="#main">
      {t("skipToContent")}
    </a>
  );
}
