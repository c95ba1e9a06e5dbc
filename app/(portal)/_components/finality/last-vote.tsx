import { useTranslations } from "next-intl";
import { Time } from "@/app/_components/ui/time";
import type { AgreementView } from "@/lib/city-nodes/client";

/** What a validator last voted, and when: kind, height, round. */
export function LastVote({ agreement }: Readonly<{ agreement: AgreementView | null }>) {
  const t = useTranslations("finality.vote");
  const consensus = agreement?.consensus;
  if (!consensus) return <span className="text-ink-3">{t("unknown")}</span>;
  const { lastVote } = consensus;
  if (!lastVote) return <span className="text-ink-3">{t("none")}</span>;
  const { kind, height, round, blockHash, timeMs } = lastVote;
  return (
    <span className="grid gap-0.5">
      <span className="md:whitespace-nowrap">{t(kind, { height, round })}</span>
      <span className="text-xs text-ink-2">
        {blockHash === null ? <>{t("noBlock")}, </> : null}
        <Time value={timeMs} />
      </span>
    </span>
  );
}
