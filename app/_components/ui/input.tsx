"use client";

import type { ComponentProps } from "react";
import { classNames } from "./class-names";
import { useFieldAttributes } from "./field-attributes";

export type InputProps = Readonly<Omit<ComponentProps<"input">, "size"> & { size?: "sm" | "md"; mono?: boolean }>;

export function Input({ size = "md", mono = false, className, ...rest }: InputProps) {
  return <input {...rest} {...useFieldAttributes(rest)} className={classNames("input", size === "sm" && "input-sm", mono && "font-mono", className)} />;
}
