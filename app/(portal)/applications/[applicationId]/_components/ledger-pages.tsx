import { useTranslations } from "next-intl";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Button } from "@/app/_components/ui/button";
import type { LedgerPage } from "@/lib/explorer/client";
import { blocksPerPage } from "../_data/blocks-per-page";

/** To newer and older blocks, by address. */
export function LedgerPages({ path, page }: Readonly<{ path: string; page: LedgerPage }>) {
  const t = useTranslations("explorer");
  const top = page.blocks[0]?.height ?? 0;
  const bottom = page.blocks.at(-1)?.height ?? 0;
  const newer = top < page.height ? (top + blocksPerPage >= page.height ? path : `${path}?from=${top + blocksPerPage}`) : undefined;
  const older = bottom > 0 ? `${path}?from=${bottom - 1}` : undefined;
  if (!newer && !older) return null;
  const links = [
    { label: t("newer"), href: newer },
    { label: t("older"), href: older },
  ];
  return (
    <nav aria-label={t("pages")} className="flex justify-end gap-2">
      {links.map(({ label, href }) =>
        href ? (
          <ButtonLink key={label} href={href} size="sm">
            {label}
          </ButtonLink>
        ) : (
          <Button key={label} size="sm" disabled>
            {label}
          </Button>
        ),
      )}
    </nav>
  );
}
