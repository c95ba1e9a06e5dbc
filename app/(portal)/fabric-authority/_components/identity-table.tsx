"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "@/app/_components/ui/button";
import { Count } from "@/app/_components/ui/count";
import { Status } from "@/app/_components/ui/status";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { FabricIdentityView } from "@/lib/fabric-ca/client";

type Props = Readonly<{ rows: ReadonlyArray<FabricIdentityView>; empty: ReactNode; onRevoke: (identity: FabricIdentityView) => void }>;

export function IdentityTable({ rows, empty, onRevoke }: Props) {
  const t = useTranslations("fabricAuthority.identities");
  return (
    <Table
      label={t("title")}
      rows={rows}
      rowKey={({ id }) => id}
      empty={empty}
      columns={[
        { key: "enrollmentId", head: t("enrollmentId"), className: "max-md:break-all", cell: ({ enrollmentId }) => enrollmentId },
        { key: "type", head: t("type"), fold: "under", cell: ({ type }) => type },
        { key: "affiliation", head: t("affiliation"), fold: "hide", cell: ({ affiliation }) => (affiliation === "" ? <span className="text-ink-3">{t("root")}</span> : <span className="font-mono text-sm">{affiliation}</span>) },
        { key: "certificates", head: t("certificates"), right: true, fold: "hide", cell: ({ certificates }) => <Count value={certificates} /> },
        { key: "since", head: t("since"), right: true, fold: "hide", cell: ({ createdAt }) => <Time value={createdAt} /> },
        { key: "state", head: t("state"), cell: ({ revokedAt }) => (revokedAt ? <Status kind="shut">{t("revoked")}</Status> : <Status kind="well">{t("live")}</Status>) },
        {
          key: "revoke",
          head: t("revoke"),
          headHidden: true,
          right: true,
          cell: (identity) =>
            identity.revokedAt ? null : (
              <Button size="sm" aria-label={t("revokeNamed", { name: identity.enrollmentId })} onClick={() => onRevoke(identity)}>
                {t("revoke")}
              </Button>
            ),
        },
      ]}
    />
  );
}
