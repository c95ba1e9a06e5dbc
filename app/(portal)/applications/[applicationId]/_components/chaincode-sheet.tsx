import { useTranslations } from "next-intl";
import { Sheet } from "@/app/_components/ui/sheet";
import { chaincodePackageSchema, chaincodeTemplates } from "@/lib/templates/client";
import { ChaincodeFunctions } from "../../../_components/chaincode-functions";

/** What the installed chaincode does, or how the first one comes onto the channel. */
export function ChaincodeSheet({ contractPackage }: Readonly<{ contractPackage: unknown }>) {
  const t = useTranslations("application.chaincode");
  const { data: chosen } = chaincodePackageSchema.safeParse(contractPackage);
  const template = chaincodeTemplates.find(({ id }) => id === chosen?.template);
  if (!chosen || !template) {
    return (
      <Sheet title={t("none")}>
        <p className="text-sm text-ink-2">{t("noneText")}</p>
      </Sheet>
    );
  }
  return (
    <Sheet title={t("title", { name: chosen.name })} foot={t("foot")}>
      <div className="grid gap-4">
        <p className="text-sm">{template.summary}</p>
        <ChaincodeFunctions functions={template.functions} />
      </div>
    </Sheet>
  );
}
