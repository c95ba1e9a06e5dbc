import { useTranslations } from "next-intl";
import { Brand } from "@/app/_components/shell/brand";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { ThemeToggle } from "@/app/_components/ui/theme-toggle";

type Props = Readonly<{ /** The map is only linked to when it is on the page. */ hasMap: boolean }>;

export function PublicHeader({ hasMap }: Props) {
  const t = useTranslations("landing.nav");
  const places = [
    { href: "#framework", label: t("framework") },
    ...(hasMap ? [{ href: "#map", label: t("cityNodes") }] : []),
    { href: "#start", label: t("start") },
    { href: "#holds", label: t("holds") },
  ];
  return (
    <header className="mx-auto flex h-14 max-w-[1240px] items-center gap-2.5 px-4 md:h-16 md:gap-6 md:px-6">
      <Brand size={26} />
      <nav aria-label={t("label")} className="ml-3.5 hidden gap-5.5 lg:flex">
        {places.map(({ href, label }) => (
          <a key={href} href={href} className="text-ink-2 no-underline hover:text-ink hover:underline">
            {label}
          </a>
        ))}
      </nav>
      <div className="ml-auto flex items-center gap-1.5">
        <ThemeToggle />
        <ButtonLink href="/sign-in" look="quiet">
          {t("signIn")}
        </ButtonLink>
        <ButtonLink href="/sign-up" className="max-md:hidden">
          {t("signUp")}
        </ButtonLink>
      </div>
    </header>
  );
}
