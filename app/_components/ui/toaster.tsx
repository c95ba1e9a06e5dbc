"use client";

import { useTranslations } from "next-intl";
import { Toaster as SonnerToaster } from "sonner";

/** Where toasts appear; once, in the root layout. */
export function Toaster() {
  const t = useTranslations("ui");
  return <SonnerToaster position="bottom-right" offset={20} mobileOffset={14} gap={10} visibleToasts={4} containerAriaLabel={t("notifications")} />;
}
