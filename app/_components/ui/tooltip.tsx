"use client";

import { Tooltip as RadixTooltip } from "radix-ui";
import type { ReactNode } from "react";

type Props = Readonly<{ text: ReactNode; /** Something that takes the focus, else the keyboard cannot reach the text. */ children: ReactNode; side?: "top" | "right" | "bottom" | "left" }>;

/** A few more words; nothing that one needs stands only here. */
export function Tooltip({ text, children, side = "top" }: Props) {
  return (
    <RadixTooltip.Root>
      <RadixTooltip.Trigger asChild>{children}</RadixTooltip.Trigger>
      <RadixTooltip.Portal>
        <RadixTooltip.Content className="tip" side={side} sideOffset={5} collisionPadding={8}>
          {text}
        </RadixTooltip.Content>
      </RadixTooltip.Portal>
    </RadixTooltip.Root>
  );
}
