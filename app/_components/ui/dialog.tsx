"use client";

import { Dialog as RadixDialog } from "radix-ui";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "./button";

type Props = Readonly<{
  title: ReactNode;
  /** What it is about, in a sentence. */
  description?: ReactNode;
  children?: ReactNode;
  /** Right end below: the way out first, the deed last. */
  actions?: ReactNode;
  /** The button that opens it; without it `open` and `onOpenChange` are needed. */
  trigger?: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  wide?: boolean;
}>;

export function Dialog({ title, description, children, actions, trigger, open, onOpenChange, wide = false }: Props) {
  const t = useTranslations("ui.dialog");
  return (
    <RadixDialog.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      {trigger ? <RadixDialog.Trigger asChild>{trigger}</RadixDialog.Trigger> : null}
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="scrim" />
        <RadixDialog.Content className={wide ? "dialog dialog-wide" : "dialog"} {...(description ? {} : { "aria-describedby": undefined })}>
          <div className="flex items-start justify-between gap-3">
            <RadixDialog.Title className="text-xl">{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <Button look="quiet" size="sm" icon="close" iconOnly aria-label={t("close")} className="-mt-1 -mr-1.5" />
            </RadixDialog.Close>
          </div>
          {description ? <RadixDialog.Description className="-mt-2 text-ink-2">{description}</RadixDialog.Description> : null}
          {children}
          {actions ? <div className="dialog-foot">{actions}</div> : null}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
