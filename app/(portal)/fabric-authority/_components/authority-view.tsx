"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useErrorText } from "@/app/_api/use-error-text";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { Button } from "@/app/_components/ui/button";
import { ConfirmDialog } from "@/app/_components/ui/confirm-dialog";
import { Empty } from "@/app/_components/ui/empty";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Sheet } from "@/app/_components/ui/sheet";
import type { FabricAuthorityView, FabricIdentityPage, RegistrarSecretView } from "@/lib/fabric-ca/client";
import { useFabricAuthority } from "../_hooks/use-fabric-authority";
import { useMakeRegistrar } from "../_hooks/use-make-registrar";
import { AuthoritySheet } from "./authority-sheet";
import { IdentitiesSheet } from "./identities-sheet";
import { SecretSheet } from "./secret-sheet";

type Props = Readonly<{
  organisation: string;
  mayManage: boolean;
  initial: FabricAuthorityView | null;
  initialIdentities: FabricIdentityPage | undefined;
}>;

export function AuthorityView({ organisation, mayManage, initial, initialIdentities }: Props) {
  const t = useTranslations("fabricAuthority");
  const errorText = useErrorText();
  const authority = useFabricAuthority(initial);
  const [asking, setAsking] = useState(false);
  // In this page's memory alone: leaving the page forgets it.
  const [made, setMade] = useState<RegistrarSecretView>();
  const make = useMakeRegistrar((answer) => {
    setMade(answer);
    setAsking(false);
  });
  const failure = make.error && !asking ? <Note kind="bad" announce>{errorText(make.error)}</Note> : null;

  if (!authority) {
    const button = mayManage ? (
      <Button look="primary" icon="key" loading={make.isPending} onClick={() => make.mutate()}>
        {t("make")}
      </Button>
    ) : undefined;
    return (
      <ConsolePage crumbs={[{ label: t("crumb") }]}>
        <PageHead title={t("titleNone")} subtitle={t("subtitle", { organisation })} />
        {failure}
        <Sheet>
          <Empty title={t("noneTitle")} actions={button}>
            {mayManage ? t("noneText") : t("noneReader")}
          </Empty>
        </Sheet>
      </ConsolePage>
    );
  }

  const again = (
    <Button {...(authority.hasRegistrar ? {} : { look: "primary" as const })} icon="key" onClick={() => setAsking(true)}>
      {authority.hasRegistrar ? t("makeAgain") : t("makeSecret")}
    </Button>
  );
  return (
    <ConsolePage crumbs={[{ label: t("crumb") }]}>
      <PageHead title={authority.mspId} subtitle={t("subtitle", { organisation })} actions={mayManage ? again : undefined} />
      {failure}
      {made ? <SecretSheet made={made} onDone={() => setMade(undefined)} /> : null}
      <AuthoritySheet authority={authority} />
      {mayManage ? <IdentitiesSheet initial={initialIdentities} /> : <Note kind="info">{t("identities.onlyOwners")}</Note>}
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={t("againTitle")}
        confirmLabel={t("makeAgain")}
        pending={make.isPending}
        error={make.error ? errorText(make.error) : undefined}
        onConfirm={() => make.mutate()}
      >
        <p>{t("againText")}</p>
      </ConfirmDialog>
    </ConsolePage>
  );
}
