import { useTranslations } from "next-intl";
import { Bytes } from "@/app/_components/ui/bytes";
import { CopyLine } from "@/app/_components/ui/copy-line";
import { Count } from "@/app/_components/ui/count";
import { Duration } from "@/app/_components/ui/duration";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Note } from "@/app/_components/ui/note";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { Time } from "@/app/_components/ui/time";
import type { HostView } from "@/lib/city-nodes/client";

type Props = Readonly<{ host: HostView; /** Code of the city node whose page this is. */ cityNode: string }>;

/** One host: what is measured for this city node stands apart from what is measured for the whole process. */
export function HostSheet({ host, cityNode }: Props) {
  const t = useTranslations("cityNodes.host");
  const { carries, measured, here, channel } = host;
  const shared = carries.length > 1;
  return (
    <Sheet
      title={t("title", { name: host.name })}
      aside={<Status kind={host.alive ? "well" : "fault"}>{host.alive ? t("alive") : t("away")}</Status>}
      foot={
        measured ? (
          <span>
            {t.rich("measured", { time: () => <Time value={measured.at} /> })} {host.alive ? null : t("stale")}
          </span>
        ) : (
          t("never")
        )
      }
    >
      <div className="grid gap-4">
        {shared ? (
          <Note kind="info" title={t("shared", { count: carries.length })}>
            {t("sharedText")}{" "}
            <span className="mt-1.5 flex flex-wrap gap-1">
              {carries.map((code) => (
                <Plate key={code} code={code} hollow={code !== cityNode} />
              ))}
            </span>
          </Note>
        ) : null}
        <div className="grid max-w-xl gap-1">
          <span className="label">{t("gateway")}</span>
          <CopyLine name={t("gateway")} value={host.gatewayUrl} />
        </div>
        {measured ? (
          <div className="grid gap-x-8 gap-y-4 md:grid-cols-2">
            <section aria-labelledby={`${host.id}-here`}>
              <h3 id={`${host.id}-here`} className="label">
                {t("here", { code: cityNode })}
              </h3>
              {here ? (
                <KeyValues
                className="grid-cols-[minmax(0,128px)_minmax(0,1fr)] md:grid-cols-[minmax(0,200px)_minmax(0,1fr)]"
                  items={[
                    { label: t("peers"), value: <Count value={here.peers} /> },
                    { label: t("storage"), value: <Bytes value={here.storageBytes} /> },
                    { label: t("syncs"), value: <Count value={here.syncs} /> },
                  ]}
                />
              ) : (
                <p className="py-2 text-sm text-ink-2">{t("nothingHere")}</p>
              )}
            </section>
            <section aria-labelledby={`${host.id}-process`}>
              <h3 id={`${host.id}-process`} className="label">
                {shared ? t("processShared", { count: carries.length }) : t("process")}
              </h3>
              <KeyValues
                className="grid-cols-[minmax(0,128px)_minmax(0,1fr)] md:grid-cols-[minmax(0,200px)_minmax(0,1fr)]"
                items={[
                  { label: t("memory"), value: <Bytes value={measured.memoryRssBytes} /> },
                  ...(measured.memoryAnonymousBytes === null ? [] : [{ label: t("memoryAnonymous"), value: <Bytes value={measured.memoryAnonymousBytes} /> }]),
                  { label: t("cpu"), value: <Duration ms={measured.cpuSeconds * 1_000} /> },
                  { label: t("diskFree"), value: <Bytes value={measured.diskFreeBytes} /> },
                  { label: t("certificate"), value: channel ? <Time value={channel.notAfter} /> : t("noCertificate") },
                  { label: t("started"), value: <Time value={measured.startedAt} show="moment" /> },
                  { label: t("version"), value: measured.version },
                ]}
              />
            </section>
          </div>
        ) : null}
      </div>
    </Sheet>
  );
}
