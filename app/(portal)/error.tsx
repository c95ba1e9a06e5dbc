"use client";

import { useTranslations } from "next-intl";
import { useRouter } from "next/navigation";
import { startTransition } from "react";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { Button } from "@/app/_components/ui/button";
import { ButtonLink } from "@/app/_components/ui/button-link";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";

type Props = Readonly<{ error: Error & { digest?: string }; reset: () => void }>;

/** A page that could not be drawn, with the console still round it. The number leads to the log line on the server. */
export default function PortalError({ error, reset }: Props) {
  const t = useTranslations("shell.failed");
  const portal = useTranslations("portal");
  const router = useRouter();
  // The server has to be asked again; reset alone would draw the same failure.
  const retry = () =>
    startTransition(() => {
      router.refresh();
      reset();
    });
  return (
    <ConsolePage crumbs={[{ label: portal("applications"), href: "/applications" }, { label: t("title") }]}>
      <PageHead title={t("title")} />
      <Note
        kind="bad"
        announce
        actions={
          <>
            <Button size="sm" onClick={retry}>
              {t("retry")}
            </Button>
            <ButtonLink size="sm" look="quiet" href="/applications">
              {portal("applications")}
            </ButtonLink>
          </>
        }
      >
        {t("text")} {error.digest ? t("number", { digest: error.digest }) : null}
      </Note>
    </ConsolePage>
  );
}
