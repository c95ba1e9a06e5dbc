import { useTranslations } from "next-intl";
import { Icon, iconNames } from "@/app/_components/ui/icon";
import { Part } from "./part";

const colours = ["ground", "sheet", "inset", "line", "line-strong", "ink", "ink-2", "ink-3", "enamel", "water", "brass", "verdigris", "hydrant"] as const;

export function BasicsGallery() {
  const t = useTranslations("design");
  return (
    <div className="grid grid-cols-1 gap-x-5 gap-y-7.5 md:grid-cols-12">
      <Part title={t("sections.colour")} span={12}>
        <div className="grid grid-cols-4 gap-2 md:grid-cols-[repeat(13,minmax(0,1fr))]">
          {colours.map((colour) => (
            <div key={colour} className="text-2xs leading-snug text-ink-2">
              <span className="mb-1 block h-11.5 rounded-sheet border border-line" style={{ background: `var(--${colour})` }} />
              {t(`colours.${colour}`)}
            </div>
          ))}
        </div>
      </Part>
        <Part title={t("sections.type")}>
          <div className="grid gap-0.5">
            <p className="text-4xl leading-tight font-sign tracking-[-0.02em]">{t("type.display")}</p>
            <p className="text-3xl font-strong tracking-[-0.015em]">{t("type.section")}</p>
            <p className="h1">{t("type.page")}</p>
            <p className="h2">{t("type.sheet")}</p>
            <p>{t("type.body")}</p>
            <p className="text-sm text-ink-2">{t("type.small")}</p>
            <p className="label">{t("type.label")}</p>
            <p className="font-mono text-sm">{t("type.mono")}</p>
          </div>
        </Part>
        <Part title={t("sections.icons")}>
          <div className="grid grid-cols-[repeat(auto-fill,minmax(92px,1fr))] gap-2">
            {iconNames.map((name) => (
              <span key={name} className="flex items-center gap-2 text-xs text-ink-2">
                <Icon name={name} className="text-ink" />
                {name}
              </span>
            ))}
          </div>
        </Part>
    </div>
  );
}
