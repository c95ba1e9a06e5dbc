"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "./button";
import { showToast } from "./show-toast";

type Props = Readonly<{
  text: string;
  /** What is copied, for the name of a button that shows the icon alone. */
  name?: string;
  /** On the button instead of "Copy", where it does not stand beside what it copies. */
  label?: string;
  iconOnly?: boolean;
  onCopy?: () => void;
}>;

/** How long the button says that it has copied, ms. */
const thanksMs = 1_600;

export function CopyButton({ text, name, label: shown, iconOnly = false, onCopy }: Props) {
  const t = useTranslations("ui.copy");
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), thanksMs);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      onCopy?.();
    } catch {
      // Browsers refuse without https or permission; the text on the page can still be selected.
      showToast({ kind: "fault", title: t("failed") });
    }
  };

  const label = name ? t("named", { name }) : t("action");
  return (
    <>
      <Button look="quiet" size="sm" icon={copied ? "check" : "copy"} iconOnly={iconOnly} onClick={() => void copy()} aria-label={iconOnly ? label : undefined}>
        {copied ? t("done") : (shown ?? t("action"))}
      </Button>
      <span className="sr-only" aria-live="polite">
        {copied ? t("done") : ""}
      </span>
    </>
  );
}
