"use client";

import { useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { useErrorText } from "@/app/_api/use-error-text";
import { Button } from "@/app/_components/ui/button";
import { Empty } from "@/app/_components/ui/empty";
import { Note } from "@/app/_components/ui/note";
import { SearchField } from "@/app/_components/ui/search-field";
import { Sheet } from "@/app/_components/ui/sheet";
import type { FabricIdentityPage, FabricIdentityView } from "@/lib/fabric-ca/client";
import { useFabricIdentities } from "../_hooks/use-fabric-identities";
import { IdentityTable } from "./identity-table";
import { RevokeIdentityDialog } from "./revoke-identity-dialog";

type Props = Readonly<{ initial: FabricIdentityPage | undefined }>;

export function IdentitiesSheet({ initial }: Props) {
  const t = useTranslations("fabricAuthority.identities");
  const general = useTranslations("errors");
  const errorText = useErrorText();
  const [typed, setTyped] = useState("");
  const search = useDeferredValue(typed.trim());
  const [revoking, setRevoking] = useState<FabricIdentityView>();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useFabricIdentities(search, initial);
  const rows = data?.pages.flatMap(({ identities }) => identities) ?? [];

  return (
    <Sheet title={t("title")} flush aside={<SearchField label={t("search")} placeholder={t("searchHint")} value={typed} maxLength={64} onChange={(event) => setTyped(event.target.value)} />}>
      {error ? (
        <Note kind="bad" announce className="m-4" title={general("notLoaded")} actions={<Button size="sm" onClick={() => void refetch()}>{general("retry")}</Button>}>
          {errorText(error)}
        </Note>
      ) : null}
      <IdentityTable
        rows={rows}
        onRevoke={setRevoking}
        empty={search === "" ? <Empty title={t("none")}>{t("noneText")}</Empty> : <Empty title={t("notFound", { search })} />}
      />
      {hasNextPage ? (
        <div className="grid justify-center p-3.5">
          <Button size="sm" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("more")}
          </Button>
        </div>
      ) : null}
      <RevokeIdentityDialog chosen={revoking} onClose={() => setRevoking(undefined)} />
    </Sheet>
  );
}
