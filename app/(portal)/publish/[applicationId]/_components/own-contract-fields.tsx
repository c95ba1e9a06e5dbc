"use client";

import { useTranslations } from "next-intl";
import { Field } from "@/app/_components/ui/field";
import { Input } from "@/app/_components/ui/input";
import { Sheet } from "@/app/_components/ui/sheet";
import { Textarea } from "@/app/_components/ui/textarea";
import { abiSchema, constructorInputs } from "@/lib/templates/client";
import type { ContractFields } from "./contract-fields";
import { ReadFileButton } from "./read-file-button";

type Own = ContractFields["own"];
type Props = Readonly<{ value: Own; errors: Readonly<Record<string, string>>; onChange: (value: Own) => void }>;

export function OwnContractFields({ value, errors, onChange }: Props) {
  const t = useTranslations("publish.contract.own");
  const abi = abiSchema.safeParse(value.abi);
  const inputs = abi.success ? constructorInputs(abi.data) : [];
  // Arguments have no identity but their place: two of one type may have the same name, or none.
  const places = inputs.map((input, index) => ({ input, index, place: `${index}:${input.type}` }));
  // The draft keeps exactly as many arguments as the constructor takes.
  const changeAbi = (text: string) => {
    const parsed = abiSchema.safeParse(text);
    const count = parsed.success ? constructorInputs(parsed.data).length : value.constructorArguments.length;
    onChange({ ...value, abi: text, constructorArguments: Array.from({ length: count }, (_, index) => value.constructorArguments[index] ?? "") });
  };
  const changeArgument = (index: number, text: string) =>
    onChange({ ...value, constructorArguments: value.constructorArguments.map((old, place) => (place === index ? text : old)) });
  const abiError = Object.entries(errors).find(([path]) => path === "abi" || path.startsWith("abi."))?.[1];

  return (
    <Sheet title={t("fields")}>
      <div className="grid gap-4.5">
        <Field label={t("name")} error={errors.name} required>
          <Input value={value.name} maxLength={64} onChange={(event) => onChange({ ...value, name: event.target.value })} />
        </Field>
        <div className="grid gap-2">
          <Field label={t("abi")} hint={t("abiHint")} error={abiError} required>
            <Textarea mono rows={7} spellCheck={false} value={value.abi} onChange={(event) => changeAbi(event.target.value)} />
          </Field>
          <ReadFileButton label={t("abiFile")} accept=".json,.abi,.txt" onText={changeAbi} />
        </div>
        <div className="grid gap-2">
          <Field label={t("bytecode")} hint={t("bytecodeHint")} error={errors.bytecode} required>
            <Textarea mono rows={5} spellCheck={false} value={value.bytecode} onChange={(event) => onChange({ ...value, bytecode: event.target.value })} />
          </Field>
          <ReadFileButton label={t("bytecodeFile")} accept=".bin,.hex,.txt" onText={(bytecode) => onChange({ ...value, bytecode })} />
        </div>
        {places.map(({ input, index, place }) => (
          <Field
            key={place}
            label={t("argument", { name: input.name || String(index + 1), type: input.type })}
            error={index === 0 ? errors.constructorArguments : undefined}
            required
          >
            <Input mono spellCheck={false} value={value.constructorArguments[index] ?? ""} onChange={(event) => changeArgument(index, event.target.value)} />
          </Field>
        ))}
      </div>
    </Sheet>
  );
}
