import { useTranslations } from "next-intl";
import { Brand } from "@/app/_components/shell/brand";

export function PublicFooter() {
  const t = useTranslations();
  return (
    <footer className="mx-auto mt-16 max-w-[1240px] px-4 pb-11 md:mt-21 md:px-6">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t border-line-strong pt-6.5 text-sm text-ink-3">
        <Brand size={22} />
        <span>{t("ui.tagline")}</span>
        <span>{t("landing.footer.licence")}</span>
      </div>
    </footer>
  );
}
