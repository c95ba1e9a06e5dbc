"use client";

import Link from "next/link";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { classNames } from "./class-names";
import { Icon, type IconName } from "./icon";

export type MenuItem =
  | Readonly<{ kind: "link"; key: string; label: ReactNode; href: string; icon?: IconName; current?: boolean }>
  | Readonly<{ kind: "action"; key: string; label: ReactNode; onSelect: () => void; icon?: IconName; danger?: boolean; disabled?: boolean }>
  | Readonly<{ kind: "label"; key: string; label: ReactNode }>
  | Readonly<{ kind: "line"; key: string }>;

type Props = Readonly<{
  /** A button. */
  trigger: ReactNode;
  items: ReadonlyArray<MenuItem>;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom";
}>;

/** Opens below its button. For what is used daily a button of its own is better. */
export function Menu({ trigger, items, align = "end", side = "bottom" }: Props) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align={align} side={side} sideOffset={6} collisionPadding={8}>
          {items.map((item) => {
            switch (item.kind) {
              case "line":
                return <DropdownMenu.Separator key={item.key} className="menu-line" />;
              case "label":
                return (
                  <DropdownMenu.Label key={item.key} className="menu-label">
                    {item.label}
                  </DropdownMenu.Label>
                );
              case "link":
                return (
                  <DropdownMenu.Item key={item.key} asChild>
                    <Link href={item.href} className="menu-item" aria-current={item.current ? "true" : undefined}>
                      {item.icon ? <Icon name={item.icon} /> : null}
                      {item.label}
                    </Link>
                  </DropdownMenu.Item>
                );
              case "action":
                return (
                  <DropdownMenu.Item key={item.key} className={classNames("menu-item", item.danger && "menu-item-danger")} onSelect={item.onSelect} {...(item.disabled ? { disabled: true } : {})}>
                    {item.icon ? <Icon name={item.icon} /> : null}
                    {item.label}
                  </DropdownMenu.Item>
                );
            }
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
