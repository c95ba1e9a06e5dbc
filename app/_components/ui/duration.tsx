import { useLocale } from "next-intl";
import { formatDuration } from "./format-duration";

export function Duration({ ms }: Readonly<{ ms: number }>) {
  return <span className="whitespace-nowrap">{formatDuration(ms, useLocale())}</span>;
}
