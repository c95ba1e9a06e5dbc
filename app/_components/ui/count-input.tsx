"use client";

import { useTranslations } from "next-intl";
import { Icon } from "./icon";

type Props = Readonly<{
  value: number;
  onChange: (value: number) => void;
  /** What is counted, for screen readers: "peers in Singapore". */
  name: string;
  min?: number;
  max?: number;
}>;

/** A small number changed one by one. */
export function CountInput({ value, onChange, name, min = 0, max = Number.MAX_SAFE_INTEGER }: Props) {
  const t = useTranslations("ui.count");
  return (
    <span className="count">
      <button type="button" aria-label={t("fewer", { name })} disabled={value <= min} onClick={() => onChange(value - 1)}>
        <Icon name="minus" size={12} />
      </button>
      <output aria-live="polite">{value}</output>
      <button type="button" aria-label={t("more", { name })} disabled={value >= max} onClick={() => onChange(value + 1)}>
        <Icon name="add" size={12} />
      </button>
    </span>
  );
}
