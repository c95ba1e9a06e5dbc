"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { Button } from "@/app/_components/ui/button";
import { CopyLine } from "@/app/_components/ui/copy-line";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { Note } from "@/app/_components/ui/note";
import { Sheet } from "@/app/_components/ui/sheet";
import type { ContractFields } from "./contract-fields";

type Token = ContractFields["token"];
type Props = Readonly<{ value: Token; errors: Readonly<Record<string, string>>; onChange: (value: Token) => void }>;

export function TokenFields({ value, errors, onChange }: Props) {
  const t = useTranslations("publish.contract.erc20");
  // Lives in this page's memory alone: it is never sent and never stored.
  const [privateKey, setPrivateKey] = useState<string>();
  const field = (name: keyof Token) => ({
    value: value[name],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => onChange({ ...value, [name]: event.target.value }),
  });
  const makeKey = () => {
    const key = generatePrivateKey();
    setPrivateKey(key);
    onChange({ ...value, owner: privateKeyToAddress(key) });
  };
  return (
    <Sheet title={t("fields")}>
      <div className="grid gap-4.5">
        <div className="grid items-start gap-4.5 md:grid-cols-2">
          <Field label={t("name")} error={errors["parameters.name"]} required>
            <Input {...field("name")} maxLength={64} placeholder={t("namePlaceholder")} />
          </Field>
          <Field label={t("symbol")} error={errors["parameters.symbol"]} required>
            <Input {...field("symbol")} maxLength={11} placeholder={t("symbolPlaceholder")} />
          </Field>
        </div>
        <Field label={t("initialSupply")} hint={t("initialSupplyHint")} error={errors["parameters.initialSupply"]} required>
          <Input {...field("initialSupply")} inputMode="numeric" maxLength={30} placeholder={t("supplyPlaceholder")} />
        </Field>
        <Field label={t("owner")} hint={t("ownerHint")} error={errors["parameters.owner"]} required>
          <Input {...field("owner")} mono maxLength={42} spellCheck={false} autoComplete="off" placeholder={t("ownerPlaceholder")} />
        </Field>
        {privateKey ? (
          <Note kind="wait" announce title={t("keyTitle")}>
            {t("keyText")}
            <span className="mt-2.5 block">
              <CopyLine name={t("keyName")} value={privateKey} secret />
            </span>
          </Note>
        ) : (
          <div>
            <Button icon="key" onClick={makeKey}>
              {t("makeKey")}
            </Button>
          </div>
        )}
      </div>
    </Sheet>
  );
}
