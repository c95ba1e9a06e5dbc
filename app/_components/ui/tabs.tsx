"use client";

import { Tabs as RadixTabs } from "radix-ui";
import type { ReactNode } from "react";

type Tab = Readonly<{ value: string; label: ReactNode; content: ReactNode }>;

type Props = Readonly<{
  /** Accessible name of the row of tabs. */
  label: string;
  tabs: ReadonlyArray<Tab>;
  value?: string;
  onChange?: (value: string) => void;
  className?: string;
}>;

/** Change the content below. For pages of their own use TabLinks. */
export function Tabs({ label, tabs, value, onChange, className }: Props) {
  return (
    <RadixTabs.Root {...(value === undefined ? { defaultValue: tabs[0]?.value ?? "" } : { value })} {...(onChange ? { onValueChange: onChange } : {})} className={className}>
      <RadixTabs.List aria-label={label} className="tabs">
        {tabs.map((tab) => (
          <RadixTabs.Trigger key={tab.value} value={tab.value} className="tab">
            {tab.label}
          </RadixTabs.Trigger>
        ))}
      </RadixTabs.List>
      {tabs.map((tab) => (
        <RadixTabs.Content key={tab.value} value={tab.value} className="pt-4">
          {tab.content}
        </RadixTabs.Content>
      ))}
    </RadixTabs.Root>
  );
}
