"use client";

import { useTranslations } from "next-intl";
import { themeCookie, type Theme } from "@/app/_providers/theme";
import { Button } from "./button";

type Props = Readonly<{ /** Without it the icon stands alone. */ named?: boolean; className?: string }>;

const yearSeconds = 365 * 24 * 3_600;

/** Changes to the other theme and remembers it on this device; until it is pressed the operating system's is followed. */
export function ThemeToggle({ named = false, className }: Props) {
  const t = useTranslations("ui.theme");
  const change = () => {
    const root = document.documentElement;
    const dark = root.dataset["theme"] ? root.dataset["theme"] === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    const next: Theme = dark ? "light" : "dark";
    root.dataset["theme"] = next;
    document.cookie = `${themeCookie}=${next}; path=/; max-age=${yearSeconds}; samesite=lax`;
  };
  return (
    <Button look="quiet" size="sm" icon="moon" iconOnly={!named} aria-label={t("change")} onClick={change} className={className}>
      {t("label")}
    </Button>
  );
}
