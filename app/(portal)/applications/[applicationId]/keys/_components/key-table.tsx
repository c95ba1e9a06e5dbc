"use client";

import { useNow, useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { Empty } from "@/app/_components/ui/empty";
import { Hash } from "@/app/_components/ui/hash";
import { Status } from "@/app/_components/ui/status";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { AccessKeyView } from "@/lib/access-keys/client";
import { isLiveKey } from "./is-live-key";

type Props = Readonly<{
  keys: ReadonlyArray<AccessKeyView>;
  mayManage: boolean;
  onRevoke: (key: AccessKeyView) => void;
  /** The one that was just made. */
  currentKey: string | undefined;
}>;

export function KeyTable({ keys, mayManage, onRevoke, currentKey }: Props) {
  const t = useTranslations("application.keys");
  const nowMs = useNow({ updateInterval: 10_000 }).getTime();
  const nameOf = (key: AccessKeyView) => key.label || t("unlabelled");
  return (
    <Table
      label={t("listTitle")}
      rows={keys}
      rowKey={({ id }) => id}
      {...(currentKey === undefined ? {} : { currentKey })}
      empty={<Empty title={t("emptyTitle")}>{t("emptyText")}</Empty>}
      columns={[
        { key: "label", head: t("label"), cell: nameOf },
        { key: "id", head: t("id"), fold: "under", cell: ({ id }) => <Hash value={id} /> },
        { key: "kind", head: t("kind"), fold: "hide", cell: ({ kind }) => t(`kinds.${kind}`) },
        { key: "scope", head: t("scope"), fold: "hide", cell: ({ scope }) => t(`scopes.${scope}`) },
        { key: "origins", head: t("origins"), fold: "hide", cell: (key) => <Origins origins={key.origins} /> },
        { key: "expiry", head: t("expiry"), fold: "hide", cell: ({ expiresAt }) => (expiresAt ? <Time value={expiresAt} /> : t("never")) },
        { key: "made", head: t("made"), fold: "hide", cell: ({ createdAt }) => <Time value={createdAt} /> },
        { key: "state", head: t("state"), cell: (key) => <KeyState accessKeyView={key} nowMs={nowMs} /> },
        {
          key: "actions",
          head: t("actions"),
          headHidden: true,
          right: true,
          cell: (key) =>
            mayManage && isLiveKey(key, nowMs) ? (
              <Button size="sm" look="danger" aria-label={t("revokeNamed", { name: nameOf(key) })} onClick={() => onRevoke(key)}>
                {t("revoke")}
              </Button>
            ) : null,
        },
      ]}
    />
  );
}

function KeyState({ accessKeyView, nowMs }: Readonly<{ accessKeyView: AccessKeyView; nowMs: number }>) {
  const t = useTranslations("application.keys");
  if (accessKeyView.revokedAt) return <Status kind="shut">{t("revoked")}</Status>;
  return isLiveKey(accessKeyView, nowMs) ? <Status kind="well">{t("live")}</Status> : <Status kind="asleep">{t("expired")}</Status>;
}

function Origins({ origins }: Readonly<{ origins: ReadonlyArray<string> }>) {
  const t = useTranslations("application.keys");
  if (origins.length === 0) return <span className="text-ink-3">{t("noOrigins")}</span>;
  if (origins.includes("*")) return t("anyOrigin");
  return origins.map((origin) => (
    <span key={origin} className="block font-mono text-xs">
      {origin}
    </span>
  ));
}
