import { useTranslations } from "next-intl";
import { CopyButton } from "@/app/_components/ui/copy-button";
import { CopyLine } from "@/app/_components/ui/copy-line";
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
          { label: t("caName"), value: <CopyLine name={t("caName")} value={caName} /> },
          { label: t("mspId"), value: <CopyLine name={t("mspId")} value={mspId} /> },
          { label: t("url"), value: <CopyLine name={t("url")} value={url} /> },
          { label: t("ends"), value: <Time value={notAfter} show="date" /> },
        ]}
      />
    </Sheet>
  );
}
