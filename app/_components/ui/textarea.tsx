"use client";

import type { ComponentProps } from "react";
import { classNames } from "./class-names";
import { useFieldAttributes } from "./field-attributes";

type Props = Readonly<ComponentProps<"textarea"> & { mono?: boolean }>;

export function Textarea({ mono = false, className, ...rest }: Props) {
  return <textarea {...rest} {...useFieldAttributes(rest)} className={classNames("input", mono && "font-mono text-sm", className)} />;
}
