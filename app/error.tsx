"use client";

import { useTranslations } from "next-intl";
import { Button } from "./_components/ui/button";
import { ButtonLink } from "./_components/ui/button-link";
import { Note } from "./_components/ui/note";

type Props = Readonly<{ error: Error & { digest?: string }; reset: () => void }>;

/** What a screen shows when it could not be drawn. The number leads to the log line on the server. */
export default function ErrorPage({ error, reset }: Props) {
  const t = useTranslations("shell.failed");
  return (
    <main id="main" className="plain-main">
      <h1 className="h1">{t("title")}</h1>
      <Note
        kind="bad"
        announce
        actions={
          <>
            <Button size="sm" onClick={reset}>
              {t("retry")}
            </Button>
            <ButtonLink size="sm" look="quiet" href="/">
              {t("home")}
            </ButtonLink>
          </>
        }
      >
        {t("text")} {error.digest ? t("number", { digest: error.digest }) : null}
      </Note>
    </main>
  );
}
