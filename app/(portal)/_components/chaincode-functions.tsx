import { useTranslations } from "next-intl";
import type { ChaincodeFunction } from "@/lib/templates/client";

/** What a chaincode can be asked, each function with its arguments and how it is called. */
export function ChaincodeFunctions({ functions }: Readonly<{ functions: readonly ChaincodeFunction[] }>) {
  const t = useTranslations("application.chaincode");
  return (
    <dl className="grid gap-3 text-sm">
      {functions.map(({ name, kind, arguments: args, does }) => (
        <div key={name} className="grid gap-0.5">
          <dt className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span className="min-w-0 font-mono break-words">
              {name}
              <span className="text-ink-2">({args.map((one) => one.name).join(", ")})</span>
            </span>
            <span className="text-xs text-ink-2">{t(kind)}</span>
          </dt>
          <dd className="text-ink-2">{does}</dd>
        </div>
      ))}
    </dl>
  );
}
