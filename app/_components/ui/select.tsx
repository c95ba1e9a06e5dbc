"use client";

import type { ComponentProps } from "react";
import { classNames } from "./class-names";
import { useFieldAttributes } from "./field-attributes";

type Props = Readonly<Omit<ComponentProps<"select">, "size"> & { size?: "sm" | "md" }>;

/** The browser's own list: best on phones and for keyboards. Children are `<option>`. */
export function Select({ size = "md", className, ...rest }: Props) {
  return <select {...rest} {...useFieldAttributes(rest)} className={classNames("input", size === "sm" && "input-sm", className)} />;
}
