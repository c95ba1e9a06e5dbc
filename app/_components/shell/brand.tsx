import Link from "next/link";
import { useTranslations } from "next-intl";
import { classNames } from "../ui/class-names";
import { Mark } from "../ui/mark";

type Props = Readonly<{ href?: string; size?: number; /** `wide` leaves the name away on phones. */ name?: "always" | "wide" | "never"; className?: string }>;

export function Brand({ href = "/", size = 24, name = "always", className }: Props) {
  const t = useTranslations();
  return (
    <Link href={href} className={classNames("brand", className)} aria-label={t("shell.home")}>
      <Mark size={size} />
      {name === "never" ? null : <span className={name === "wide" ? "max-md:hidden" : undefined}>{t("ui.productName")}</span>}
    </Link>
  );
}
