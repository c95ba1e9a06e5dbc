import { useTranslations } from "next-intl";
import { Hash } from "@/app/_components/ui/hash";
import { KeyValues } from "@/app/_components/ui/key-values";
import type { TransactionView } from "@/lib/explorer/client";

/** Events as they stand in the receipt, undecoded. */
export function LogList({ logs }: Readonly<{ logs: TransactionView["logs"] }>) {
  const t = useTranslations("explorer");
  if (logs.length === 0) return <p className="text-ink-2">{t("logsNone")}</p>;
  return (
    <ol className="grid gap-5">
      {logs.map((log) => (
        <li key={log.index} className="grid gap-1">
          <p className="font-medium">{t("log", { index: log.index })}</p>
          <KeyValues
            items={[
              { label: t("emitter"), value: <Hash value={log.address} whole /> },
              ...log.topics.map((topic, index) => ({ label: t("topic", { index }), value: <Hash value={topic} whole /> })),
              { label: t("data"), value: log.data === "0x" ? t("noData") : <Hash value={log.data} whole /> },
            ]}
          />
        </li>
      ))}
    </ol>
  );
}
