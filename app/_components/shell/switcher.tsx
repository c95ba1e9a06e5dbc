"use client";

import { useTranslations } from "next-intl";
import { Icon } from "../ui/icon";
import { Menu, type MenuItem } from "../ui/menu";

type Props = Readonly<{
  title: string;
  detail: string;
  /** Links to the others; without any it is a name plate and no button. */
  items?: ReadonlyArray<MenuItem>;
}>;

/** Which organisation or application one is in, and the way to another. */
export function Switcher({ title, detail, items = [] }: Props) {
  const t = useTranslations("shell");
  const name = (
    <span className="block min-w-0">
      <span className="block truncate font-medium">{title}</span>
      <span className="block truncate text-xs text-ink-3">{detail}</span>
    </span>
  );
  if (items.length === 0) return <div className="switch">{name}</div>;
  return (
    <Menu
      align="start"
      items={items}
      trigger={
        <button type="button" className="switch">
          {name}
          <span className="sr-only">{t("switch")}</span>
          <Icon name="switch" size={14} />
        </button>
      }
    />
  );
}
