import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Bytes } from "@/app/_components/ui/bytes";
import { Count } from "@/app/_components/ui/count";
import { formatCount } from "@/app/_components/ui/format-count";
import { formatMonth } from "@/app/_components/ui/format-time";
import { Meter } from "@/app/_components/ui/meter";
import { Sheet } from "@/app/_components/ui/sheet";
import { Time } from "@/app/_components/ui/time";
import { planQuota, type MetersView } from "@/lib/metering/client";

/** Three meters beside what the plan allows, and what the doors let through at a time. */
export function QuotaSheet({ meters }: Readonly<{ meters: MetersView }>) {
  const t = useTranslations("application.quota");
  const locale = useLocale();
  const { requests, transactions, storage, period, measuredAt } = meters;
  const quota = planQuota(meters.plan);
  const rate = { rate: formatCount(quota.transactionsPerSecond, locale), burst: formatCount(quota.transactionBurst, locale) };
  return (
    <Sheet
      title={t("title")}
      aside={<span className="text-sm text-ink-2">{period === "total" ? t("inAll") : t("month", { month: formatMonth(period, locale) })}</span>}
      foot={measuredAt ? t.rich("measured", { time: () => <Time value={measuredAt} /> }) : t("notMeasured")}
    >
      <div className="grid gap-[18px]">
        <Reading label={t("requests")} used={<Count value={requests.used} />} usedNumber={requests.used} limit={requests.limit} format={(value) => <Count value={value} compact />} note={t("requestsNote")} />
        <Reading label={t("transactions")} used={<Count value={transactions.used} />} usedNumber={transactions.used} limit={transactions.limit} format={(value) => <Count value={value} compact />} note={t("rate", rate)} />
        <Reading
          label={t("storage")}
          used={storage.used === null ? t("unknown") : <Bytes value={storage.used} />}
          usedNumber={storage.used ?? 0}
          limit={storage.limit}
          format={(value) => <Bytes value={value} />}
          note={storage.cityNode ? t("fullest", { cityNode: storage.cityNode }) : t("storageUnknown")}
        />
      </div>
    </Sheet>
  );
}

type ReadingProps = Readonly<{ label: string; used: ReactNode; usedNumber: number; limit: number | null; format: (value: number) => ReactNode; note: ReactNode }>;

function Reading({ label, used, usedNumber, limit, format, note }: ReadingProps) {
  const t = useTranslations("application.quota");
  if (limit !== null) return <Meter label={label} used={used} limit={format(limit)} share={usedNumber / limit} note={note} />;
  return (
    <div className="grid gap-1">
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <span className="font-medium">{label}</span>
        <span>
          <span className="font-medium">{used}</span> <span className="text-ink-2">{t("unlimited")}</span>
        </span>
      </div>
      <span className="text-xs text-ink-3">{note}</span>
    </div>
  );
}
