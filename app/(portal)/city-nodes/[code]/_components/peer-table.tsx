import { useTranslations } from "next-intl";
import Link from "next/link";
import { Bytes } from "@/app/_components/ui/bytes";
import { Empty } from "@/app/_components/ui/empty";
import { Hash } from "@/app/_components/ui/hash";
import { Height } from "@/app/_components/ui/height";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { Table } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import type { PeerView } from "@/lib/city-nodes/client";
import { LastVote } from "../../../_components/finality/last-vote";

type Props = Readonly<{ peers: ReadonlyArray<PeerView>; /** Of all organisations. */ total: number; seesAll: boolean }>;

const kinds = { RESERVED: "flow", OPEN: "well", STOPPED: "fault", REMOVED: "shut" } as const;

/** Peers with what each last reported about itself. */
export function PeerTable({ peers, total, seesAll }: Props) {
  const t = useTranslations("cityNodes.peer");
  const votes = useTranslations("finality.vote");
  const hidden = total - peers.length;
  return (
    <Sheet title={t(seesAll ? "titleAll" : "title")} flush foot={hidden > 0 ? t(seesAll ? "more" : "others", { count: hidden }) : undefined}>
      <Table
        label={t(seesAll ? "titleAll" : "title")}
        rows={peers}
        rowKey={({ id }) => id}
        empty={<Empty title={t(seesAll ? "noneAll" : "none")}>{t(seesAll ? "noneAllText" : "noneText")}</Empty>}
        columns={[
          {
            key: "subChain",
            head: t("subChain"),
            cell: ({ applicationId, subChain, orders }) => (
              <span className="inline-flex flex-wrap items-baseline gap-x-2.5">
                <Link href={seesAll ? `/admin/publications/${applicationId}` : `/applications/${applicationId}`}>{subChain}</Link>
                <span className="text-xs font-body text-ink-3">{t(orders ? "orders" : "follows")}</span>
              </span>
            ),
          },
          {
            key: "state",
            head: t("state"),
            cell: ({ state, problem }) => (
              <span className="grid justify-items-start gap-0.5">
                <Status kind={kinds[state]}>{t(`states.${state}`)}</Status>
                {problem ? <span className="text-xs text-ink-2">{problem}</span> : null}
              </span>
            ),
          },
          { key: "height", head: t("height"), right: true, cell: ({ height }) => (height < 0 ? t("notYet") : <Height value={height} />) },
          { key: "agreement", head: votes("agreement"), fold: "under", cell: ({ agreement }) => <Agreement agreement={agreement} /> },
          { key: "vote", head: votes("head"), fold: "under", cell: ({ agreement }) => (agreement?.finality === "solo" ? null : <LastVote agreement={agreement} />) },
          { key: "size", head: t("size"), right: true, fold: "hide", cell: ({ sizeBytes }) => <Bytes value={sizeBytes} /> },
          { key: "key", head: t("key"), fold: "hide", cell: ({ publicKey }) => (publicKey ? <Hash value={publicKey} copyName={t("key")} /> : t("notYet")) },
          { key: "checked", head: t("checked"), right: true, fold: "hide", cell: ({ checkedAt }) => (checkedAt ? <Time value={checkedAt} /> : t("notYet")) },
        ]}
      />
    </Sheet>
  );
}

/** The rules of its next block, where it stands in the agreement on that, and whether it holds proof of double signing. */
function Agreement({ agreement }: Pick<PeerView, "agreement">) {
  const t = useTranslations("finality");
  if (!agreement) return <span className="text-ink-3">{t("vote.unknown")}</span>;
  const { finality, quorum, validators, consensus, evidence } = agreement;
  const mode = t(`mode.${finality}`);
  return (
    <span className="grid justify-items-start gap-0.5">
      <span>{finality === "solo" ? mode : t("withQuorum", { mode, quorum, validators })}</span>
      {consensus ? (
        <span className="text-xs text-ink-2">
          {t("vote.place", { height: consensus.height, round: consensus.round })}: {t(`vote.step.${consensus.step}`)}
          {consensus.step === "idle" ? null : `, ${t("vote.turn", { proposer: consensus.proposer })}`}
        </span>
      ) : null}
      {consensus?.abstainsThrough === undefined ? null : (
        <Status kind="wait">{consensus.abstainsThrough === "unknown" ? t("vote.asks") : t("vote.abstains", { height: consensus.abstainsThrough })}</Status>
      )}
      {evidence.length > 0 ? <Status kind="fault">{t("evidence.count", { count: evidence.length })}</Status> : null}
    </span>
  );
}
