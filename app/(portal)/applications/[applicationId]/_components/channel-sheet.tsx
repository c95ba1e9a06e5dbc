"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { CopyLine } from "@/app/_components/ui/copy-line";
import { Sheet } from "@/app/_components/ui/sheet";
import type { SubChainView } from "@/lib/sub-chains/client";
import { MakeKitDialog } from "./make-kit-dialog";

type Props = Readonly<{ applicationId: string; subChain: SubChainView; channel: NonNullable<SubChainView["fabric"]>; mayMakeKits: boolean }>;

/** Where Fabric's clients find the channel, and the zip that has all of it. */
export function ChannelSheet({ applicationId, subChain, channel, mayMakeKits }: Props) {
  const t = useTranslations("application.channel");
  const [open, setOpen] = useState(false);
  const lines = [
    ...subChain.endpoints.map(({ cityNode, city, url }) => ({ key: cityNode, label: t("gateway", { city }), value: url.replace(/^grpcs:\/\//, "") })),
    { key: "channel", label: t("channel"), value: channel.channelId },
    { key: "msp", label: t("organisation"), value: channel.mspId },
  ];
  return (
    <Sheet title={t("title")} foot={t("foot")}>
      <div className="grid gap-4">
        <dl className="grid gap-3">
          {lines.map(({ key, label, value }) => (
            <div key={key} className="grid gap-1">
              <dt className="label">{label}</dt>
              <dd className="min-w-0">
                <CopyLine name={label} value={value} />
              </dd>
            </div>
          ))}
        </dl>
        {mayMakeKits ? (
          <div>
            <Button look="primary" icon="key" onClick={() => setOpen(true)}>
              {t("make")}
            </Button>
            <MakeKitDialog applicationId={applicationId} open={open} onOpenChange={setOpen} />
          </div>
        ) : null}
      </div>
    </Sheet>
  );
}
