import { useTranslations } from "next-intl";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Sheet } from "@/app/_components/ui/sheet";
import { Time } from "@/app/_components/ui/time";
import type { FabricAuthorityView } from "@/lib/fabric-ca/client";

type Props = Readonly<{ authority: FabricAuthorityView }>;

/** What somebody who configures a client or a channel needs of it. */
export function AuthoritySheet({ authority }: Props) {
  const t = useTranslations("fabricAuthority.authority");
  const { caName, mspId, url, certificate, notAfter } = authority;
  return (
    <Sheet title={t("title")} foot={t("foot")} aside={<CopyButton text={certificate} name={t("copyCertificate")} label={t("certificate")} />}>
      <KeyValues
        items={[
          { label: t("caName"), value: <Copied name={t("caName")} value={caName} /> },
          { label: t("mspId"), value: <Copied name={t("mspId")} value={mspId} /> },
          { label: t("url"), value: <Copied name={t("url")} value={url} /> },
          { label: t("ends"), value: <Time value={notAfter} show="date" /> },
        ]}
      />
    </Sheet>
  );
}

/** Short enough to stand whole, with its button behind it. */
function Copied({ name, value }: Readonly<{ name: string; value: string }>) {
  return (
    <span className="-my-1.5 inline-flex items-center gap-1.5">
      <span className="min-w-0 font-mono text-sm break-all">{value}</span>
      <CopyButton text={value} name={name} iconOnly />
    </span>
  );
}
