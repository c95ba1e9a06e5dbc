import { useTranslations } from "next-intl";
import { PlainShell } from "./_components/shell/plain-shell";
import { ButtonLink } from "./_components/ui/button-link";
import { Empty } from "./_components/ui/empty";

/** Also the answer for what belongs to another organisation: that it exists is nobody else's business. */
export default function NotFound() {
  const t = useTranslations("shell.notFound");
  return (
    <PlainShell>
      <h1 className="h1">{t("title")}</h1>
      <div className="sheet">
        <Empty title={t("what")} actions={<ButtonLink href="/">{t("home")}</ButtonLink>}>
          {t("text")}
        </Empty>
      </div>
    </PlainShell>
  );
}
