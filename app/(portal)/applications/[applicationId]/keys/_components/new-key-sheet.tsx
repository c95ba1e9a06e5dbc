import { useTranslations } from "next-intl";
import { Button } from "@/app/_components/ui/button";
import { CopyLine } from "@/app/_components/ui/copy-line";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import type { IssuedAccessKey } from "@/lib/access-keys/client";
import type { SubChainView } from "@/lib/sub-chains/client";

type Props = Readonly<{ issued: IssuedAccessKey; subChain: SubChainView; onDone: () => void }>;

/** The one time that a key is shown. */
export function NewKeySheet({ issued, subChain, onDone }: Props) {
  const t = useTranslations("application.keys");
  const { accessKey, key, effective } = issued;
  return (
    <Sheet title={t("newTitle")} foot={t("newText")} aside={<Button size="sm" onClick={onDone}>{t("done")}</Button>}>
      <div className="grid gap-3" aria-live="polite">
        {accessKey.kind === "HEADER" ? (
          <CopyLine name={t("newName")} value={key} secret />
        ) : (
          subChain.endpoints.map(({ cityNode, city, url }) => (
            <div key={cityNode} className="grid gap-1">
              <span className="label">{t("newUrl", { city })}</span>
              <CopyLine name={t("newUrl", { city })} value={`${url}/k/${key}`} />
            </div>
          ))
        )}
        {effective ? null : <Note kind="wait">{t("newLater")}</Note>}
      </div>
    </Sheet>
  );
}
