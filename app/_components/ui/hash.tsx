import Link from "next/link";
import { CopyButton } from "./copy-button";
import { formatHash } from "./format-hash";

type Props = Readonly<{
  value: string;
  /** Where it is explained. */
  href?: string;
  /** Names the copy button: "transaction hash". Without it there is none. */
  copyName?: string;
  /** All digits, broken where the line ends. */
  whole?: boolean;
}>;

/** A hash, address or id in mono; the whole of it on hover and in the copy. */
export function Hash({ value, href, copyName, whole = false }: Props) {
  const text = whole ? value : formatHash(value);
  const looks = whole ? "hash break-all" : "hash whitespace-nowrap";
  const shown = href ? (
    <Link href={href} className={looks} title={value}>
      {text}
    </Link>
  ) : (
    <span className={looks} title={whole ? undefined : value}>
      {text}
    </span>
  );
  if (!copyName) return shown;
  return (
    <span className="-my-1.5 inline-flex items-center gap-1">
      {shown}
      <CopyButton text={value} name={copyName} iconOnly />
    </span>
  );
}
