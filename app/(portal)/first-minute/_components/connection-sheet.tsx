"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { CopyLine } from "@/app/_components/ui/copy-line";
import { Sheet } from "@/app/_components/ui/sheet";
import type { EndpointView, SubChainView } from "@/lib/sub-chains/client";
import { keyVariable } from "../../_snippets/build-snippets";

type Props = Readonly<{ endpoint: EndpointView; subChain: SubChainView; /** While this page holds it. */ secret: string | undefined }>;

/** The values one by one, and as a file while there is a key to put into it. */
export function ConnectionSheet({ endpoint, subChain, secret }: Props) {
  const t = useTranslations("minute.connection");
  const rows = [
    { label: t("gateway"), value: <CopyLine name={t("gateway")} value={endpoint.url} /> },
    { label: t("chainId"), value: <CopyLine name={t("chainId")} value={subChain.chainId} /> },
    { label: t("key"), value: secret ? <CopyLine name={t("key")} value={secret} secret /> : <span className="text-sm text-ink-2">{t("keyGone", { name: keyVariable })}</span> },
  ];
  return (
    <Sheet
      title={t("title")}
      aside={
        secret ? (
          <Button size="sm" icon="download" onClick={() => download(secret)}>
            {t("download")}
          </Button>
        ) : undefined
      }
    >
      <dl className="grid gap-x-3 gap-y-2 md:grid-cols-[110px_minmax(0,1fr)] md:items-center">
        {rows.map(({ label, value }) => (
          <div key={label} className="contents">
            <dt className="label">{label}</dt>
            <dd className="min-w-0">{value}</dd>
          </div>
        ))}
      </dl>
    </Sheet>
  );

  function download(key: string) {
    const lines = [`CHAINWORKS_URL=${endpoint.url}`, `CHAINWORKS_CHAIN_ID=${subChain.chainId}`, `${keyVariable}=${key}`, ""];
    const address = URL.createObjectURL(new Blob([lines.join("\n")], { type: "text/plain" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: `${subChain.slug}.env` });
    link.click();
    URL.revokeObjectURL(address);
  }
}
