import { useTranslations } from "next-intl";
import { Bars } from "@/app/_components/ui/bars";
import { Bytes } from "@/app/_components/ui/bytes";
import { Duration } from "@/app/_components/ui/duration";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Share } from "@/app/_components/ui/share";
import { Sheet } from "@/app/_components/ui/sheet";
import type { HostConsumption } from "@/lib/city-nodes/client";

/** The process as a whole. What no sub-chain holds is shared by all of them: program, caches, objects around the bytes. */
export function ProcessSheet({ consumption: { process, sum } }: Readonly<{ consumption: HostConsumption }>) {
  const t = useTranslations("admin.hosts.process");
  const held = sum.resources.memoryBytes;
  return (
    <Sheet title={t("title")} foot={t("foot")}>
      <div className="grid gap-4">
        {process.memoryBytes === undefined ? null : (
          <Bars
            label={t("memory")}
            items={[
              { key: "all", label: t("memory"), value: <Bytes value={process.memoryBytes} />, size: process.memoryBytes },
              { key: "shared", label: t("shared"), value: <Bytes value={Math.max(0, process.memoryBytes - held)} />, size: Math.max(0, process.memoryBytes - held) },
              { key: "held", label: t("held"), value: <Bytes value={held} />, size: held },
            ]}
          />
        )}
        <KeyValues
          className="grid-cols-[minmax(0,1fr)_auto] [&>dd]:text-right"
          items={[
            ...(process.mappedBytes === undefined ? [] : [{ label: t("mapped"), value: <Bytes value={process.mappedBytes} /> }]),
            { label: t("processor"), value: <Share value={process.share} /> },
            { label: t("busy"), value: <Share value={process.busy} /> },
            { label: t("delayMean"), value: <Duration ms={process.delayMeanMs} /> },
            { label: t("delayMax"), value: <Duration ms={process.delayMaxMs} /> },
            { label: t("cpu"), value: <Duration ms={process.cpuSeconds * 1_000} /> },
          ]}
        />
      </div>
    </Sheet>
  );
}
