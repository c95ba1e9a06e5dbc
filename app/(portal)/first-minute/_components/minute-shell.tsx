import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { PlainShell } from "@/app/_components/shell/plain-shell";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Status } from "@/app/_components/ui/status";
import { Time } from "@/app/_components/ui/time";

type Props = Readonly<{ /** Name of the sub-chain. */ name?: string; expiresAt?: string | null; consoleHref: string; children: ReactNode }>;

export function MinuteShell({ name, expiresAt, consoleHref, children }: Props) {
  const t = useTranslations("minute");
  return (
    <PlainShell
      homeHref="/applications"
      context={
        <>
          <span className="truncate">{name ?? t("page")}</span>
          <Status kind="flow" badge>
            {t("test")}
          </Status>
        </>
      }
      end={
        <>
          {expiresAt ? <span className="text-sm text-ink-2 max-md:hidden">{t.rich("endsIn", { time: () => <Time value={expiresAt} /> })}</span> : null}
          <ButtonLink href={consoleHref} size="sm">
            {t("console")}
          </ButtonLink>
        </>
      }
    >
      {children}
    </PlainShell>
  );
}
