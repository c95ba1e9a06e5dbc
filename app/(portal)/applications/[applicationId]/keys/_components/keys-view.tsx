"use client";

import { useNow, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import type { AccessKeyView, IssuedAccessKey } from "@/lib/access-keys/client";
import type { ApplicationView } from "@/lib/applications/client";
import type { SubChainView } from "@/lib/sub-chains/client";
import { ClientSnippets } from "../../../../_snippets/client-snippets";
import { ApplicationFrame } from "../../_components/application-frame";
import { useAccessKeys } from "../_hooks/use-access-keys";
import { isLiveKey } from "./is-live-key";
import { KeyTable } from "./key-table";
import { MakeKeyDialog } from "./make-key-dialog";
import { NewKeySheet } from "./new-key-sheet";
import { RevokeDialog } from "./revoke-dialog";

type Props = Readonly<{ application: ApplicationView; subChain: SubChainView; initial: AccessKeyView[]; mayManage: boolean }>;

export function KeysView({ application, subChain, initial, mayManage }: Props) {
  const t = useTranslations("application.keys");
  const keys = useAccessKeys(application.id, initial);
  const nowMs = useNow({ updateInterval: 10_000 }).getTime();
  const [making, setMaking] = useState(false);
  // In this page's memory alone: leaving the page forgets it.
  const [issued, setIssued] = useState<IssuedAccessKey>();
  const [revoking, setRevoking] = useState<AccessKeyView>();
  const [endpoint] = subChain.endpoints;
  const inCode = issued?.accessKey.kind === "HEADER" ? issued.key : undefined;

  return (
    <ApplicationFrame
      application={application}
      title={t("title", { count: keys.filter((key) => isLiveKey(key, nowMs)).length })}
      subtitle={t("subtitle")}
      crumbs={[{ label: t("crumb") }]}
      actions={
        mayManage ? (
          <Button look="primary" icon="add" onClick={() => setMaking(true)}>
            {t("make")}
          </Button>
        ) : undefined
      }
    >
      {issued ? <NewKeySheet issued={issued} subChain={subChain} onDone={() => setIssued(undefined)} /> : null}
      {mayManage ? null : <Note kind="info">{t("noRight")}</Note>}
      <Sheet title={t("listTitle")} flush>
        <KeyTable keys={keys} mayManage={mayManage} onRevoke={setRevoking} currentKey={issued?.accessKey.id} />
      </Sheet>
      {endpoint ? (
        <section className="grid gap-3" aria-label={t("codeTitle")}>
          <h2 className="h2">{t("codeTitle")}</h2>
          <ClientSnippets target={{ url: endpoint.url, chainId: subChain.chainId, name: subChain.slug, key: inCode }} />
        </section>
      ) : null}
      <MakeKeyDialog applicationId={application.id} open={making} onOpenChange={setMaking} onIssued={setIssued} />
      <RevokeDialog applicationId={application.id} chosen={revoking} onClose={() => setRevoking(undefined)} />
    </ApplicationFrame>
  );
}
