"use client";

import { ToggleGroup } from "radix-ui";
import type { ReactNode } from "react";

type Props<Value extends string> = Readonly<{
  label: string;
  options: ReadonlyArray<Readonly<{ value: Value; label: ReactNode }>>;
  value: Value;
  onChange: (value: Value) => void;
}>;

/** Changes the view of the same content: period, form, area. Exactly one is on. */
export function Segmented<Value extends string>({ label, options, value, onChange }: Props<Value>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      className="seg"
      value={value}
      onValueChange={(next) => {
        // Pressing the one that is on gives an empty value; it stays on.
        const chosen = options.find((option) => option.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      {options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value}>
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
