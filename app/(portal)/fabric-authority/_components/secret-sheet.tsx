import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { CodeBlock } from "@/app/_components/ui/code-block";
import { CopyLine } from "@/app/_components/ui/copy-line";
import { Sheet } from "@/app/_components/ui/sheet";
import type { RegistrarSecretView } from "@/lib/fabric-ca/client";

type Props = Readonly<{ made: RegistrarSecretView; onDone: () => void }>;

/** The one time that the registrar's secret is shown, and what to do with it. */
export function SecretSheet({ made, onDone }: Props) {
  const t = useTranslations("fabricAuthority.secret");
  return (
    <Sheet title={t("title")} foot={t("foot")} aside={<Button size="sm" onClick={onDone}>{t("done")}</Button>}>
      <div className="grid gap-4" aria-live="polite">
        <CopyLine name={t("name")} value={made.secret} secret />
        <CodeBlock title={t("code")} secrets={[made.secret]} foot={t("codeFoot")} snippets={[{ id: "enroll", label: t("code"), language: "js", code: snippetOf(made) }]} />
      </div>
    </Sheet>
  );
}

function snippetOf({ enrollmentId, secret, authority }: RegistrarSecretView): string {
  return `const FabricCAServices = require('fabric-ca-client');

const ca = new FabricCAServices('${authority.url}', undefined, '${authority.caName}');
const { certificate, key } = await ca.enroll({
  enrollmentID: '${enrollmentId}',
  enrollmentSecret: '${secret}',
});`;
}
