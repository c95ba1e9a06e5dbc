import { useTranslations } from "next-intl";
import Link from "next/link";
import type { ReactNode } from "react";
import { FinalityName } from "@/app/(portal)/_components/finality/finality-name";
import { Framework } from "@/app/(portal)/_components/framework";
import { Bytes } from "@/app/_components/ui/bytes";
import { KeyValues } from "@/app/_components/ui/key-values";
import { Money } from "@/app/_components/ui/money";
import { Plate } from "@/app/_components/ui/plate";
import { Tag } from "@/app/_components/ui/tag";
import { Time } from "@/app/_components/ui/time";
import { offeredFrameworks, type ContractSummary, type PublicationDetail } from "@/lib/applications/client";
import { chaincodeTemplates, templates } from "@/lib/templates/client";

/** What is asked for and by whom, from the rows as they stand. */
export function PublicationFacts({ publication }: Readonly<{ publication: PublicationDetail }>) {
  const t = useTranslations("admin.publication");
  const finality = useTranslations("finality");
  const { application, requestedBy, contract } = publication;
  return (
    <div className="grid gap-x-8 lg:grid-cols-2">
      <KeyValues
        className="grid-cols-[128px_minmax(0,1fr)]"
        items={[
          { label: t("organisation"), value: application.organisation.name },
          {
            label: t("requestedBy"),
            value: (
              <>
                {requestedBy.name}
                <span className="block text-sm break-all text-ink-2">{requestedBy.email}</span>
              </>
            ),
          },
          { label: t("submitted"), value: application.submittedAt ? <Time value={application.submittedAt} show="moment" /> : t("notYet") },
          { label: t("money"), value: <MoneyState invoice={publication.invoice} /> },
        ]}
      />
      <KeyValues
        className="grid-cols-[128px_minmax(0,1fr)] max-lg:border-t max-lg:border-line"
        items={[
          { label: t("framework"), value: <Framework code={application.framework} /> },
          { label: t("frameworkVersion"), value: versionName(application) },
          { label: t("contract"), value: <Contract contract={contract} /> },
          {
            label: t("cityNodes"),
            value: (
              <span className="inline-flex flex-wrap gap-1">
                {application.cityNodes.map(({ code, city }) => (
                  <Link key={code} href={`/city-nodes/${code}`}>
                    <Plate code={code} city={city} />
                  </Link>
                ))}
              </span>
            ),
          },
          { label: finality("title"), value: application.finality ? <FinalityName finality={application.finality} peers={application.cityNodes.length} /> : t("notYet") },
        ]}
      />
    </div>
  );
}

/** As it is offered; its code once it is not any more. */
function versionName({ framework, frameworkVersion }: PublicationDetail["application"]): string {
  const versions = offeredFrameworks.find(({ code }) => code === framework)?.versions ?? [];
  return versions.find(({ code }) => code === frameworkVersion)?.name ?? frameworkVersion ?? "";
}

/** What was paid and where it is now; test money says so. */
export function MoneyState({ invoice }: Readonly<{ invoice: PublicationDetail["invoice"] }>) {
  const t = useTranslations("admin.money");
  if (!invoice) return <>{t("none")}</>;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <Money minor={invoice.amountMinor} currency={invoice.currency} />
      <span className="text-ink-2">{t(invoice.state)}</span>
      {invoice.book === "TEST" ? <Tag>{t("test")}</Tag> : null}
      <span className="block w-full font-mono text-xs text-ink-2">{invoice.number}</span>
    </span>
  );
}

function Contract({ contract }: Readonly<{ contract: ContractSummary | null }>): ReactNode {
  const t = useTranslations("admin.contract");
  if (contract === null) return t("none");
  if (contract.kind === "own") {
    return (
      <>
        {contract.name}
        <span className="block text-sm text-ink-2">{t.rich("own", { functions: contract.functions, size: () => <Bytes value={contract.bytecodeBytes} /> })}</span>
        {contract.constructorArguments.length > 0 ? <Values values={contract.constructorArguments.map((value, place) => [t("argument", { place: place + 1 }), value])} /> : null}
      </>
    );
  }
  if (contract.kind === "chaincode") {
    return t("chaincode", { template: chaincodeTemplates.find(({ id }) => id === contract.template)?.name ?? contract.template, name: contract.name });
  }
  const name = `template.${contract.template}` as "template.erc20";
  const parameterName = (key: string) => {
    const word = `parameter.${key}` as "parameter.name";
    return t.has(word) ? t(word) : key;
  };
  return (
    <>
      {t.has(name) ? t(name) : contract.template}
      <Values values={parameterNames(contract).map((key) => [parameterName(key), contract.parameters[key] ?? ""])} />
    </>
  );
}

/** In the order of the template's form: the database keeps no order of keys. */
function parameterNames({ template, parameters }: Extract<ContractSummary, { kind: "template" }>): string[] {
  const known = templates.find(({ id }) => id === template)?.parameters.map(({ name }) => name) ?? [];
  return [...known.filter((name) => name in parameters), ...Object.keys(parameters).filter((name) => !known.includes(name))];
}

function Values({ values }: Readonly<{ values: ReadonlyArray<readonly [string, string]> }>) {
  return (
    <span className="mt-1 grid gap-0.5 text-xs text-ink-2">
      {values.map(([name, value]) => (
        <span key={name} className="break-all">
          {name} <span className="font-mono text-ink">{value}</span>
        </span>
      ))}
    </span>
  );
}
