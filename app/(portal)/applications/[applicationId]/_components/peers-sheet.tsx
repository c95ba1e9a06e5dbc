"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "@/app/_components/ui/button";
import { Bytes } from "@/app/_components/ui/bytes";
import { Height } from "@/app/_components/ui/height";
import { Plate } from "@/app/_components/ui/plate";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status } from "@/app/_components/ui/status";
import { Table, type Column } from "@/app/_components/ui/table";
import { Time } from "@/app/_components/ui/time";
import { failureDomainsOf } from "@/lib/city-nodes/client";
import type { Finality } from "@/lib/control/client";
import { mayChooseFinality, type EndpointView, type SubChainView } from "@/lib/sub-chains/client";
import { FailureDomain } from "../../../_components/finality/failure-domain";
import { FinalityName } from "../../../_components/finality/finality-name";
import { gatherEvidence } from "../../../_components/finality/gather-evidence";
import { LastVote } from "../../../_components/finality/last-vote";
import { ChangeFinalityDialog } from "./change-finality-dialog";

type Props = Readonly<{
  name: string;
  subChain: SubChainView;
  /** Codes of city nodes that do not answer. */
  silent: ReadonlySet<string>;
  mayChange: boolean;
}>;

/** Every peer with what it last reported, how they agree, what fails together and what that does not survive. */
export function PeersSheet({ name, subChain, silent, mayChange }: Props) {
  const t = useTranslations("application.peers");
  const change = useTranslations("finality.change");
  const [changing, setChanging] = useState(false);
  const { endpoints, finality } = subChain;
  const newest = Math.max(-1, ...endpoints.map(({ height }) => height));
  const culprits = new Set(gatherEvidence(endpoints).map(({ culprit }) => culprit));
  const offersChange = mayChange && mayChooseFinality(subChain);
  return (
    <Sheet
      title={t("title")}
      flush
      aside={
        <span className="text-sm text-ink-2">
          <FinalityName finality={finality} peers={endpoints.length} />
        </span>
      }
      foot={
        <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
          <div className="grid max-w-[68ch] gap-1">
            <FailureDomain finality={finality} domains={failureDomainsOf(endpoints)} />
            {finality === "solo" ? <p className="text-sm text-ink-2">{endpoints.length === 1 ? t("alone") : t("solo", { city: endpoints[0]?.city ?? "" })}</p> : null}
          </div>
          {offersChange ? (
            <Button size="sm" onClick={() => setChanging(true)}>
              {change("action")}
            </Button>
          ) : null}
        </div>
      }
    >
      <Table
        label={t("title")}
        rows={endpoints}
        rowKey={({ cityNode }) => cityNode}
        empty={null}
        columns={[
          {
            key: "city",
            head: t("cityNode"),
            cell: ({ cityNode, city, orders }) => (
              <span className="inline-flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <Plate code={cityNode} />
                {city}
                <span className="text-xs font-body text-ink-3">{t(orders ? "orders" : "follows")}</span>
              </span>
            ),
          },
          { key: "height", head: t("height"), right: true, cell: ({ height }) => <HeightAndLag height={height} newest={newest} /> },
          {
            key: "state",
            head: t("state"),
            cell: (endpoint) => <PeerState endpoint={endpoint} finality={finality} silent={silent.has(endpoint.cityNode)} signedTwice={culprits.has(endpoint.cityNode)} />,
          },
          ...(finality === "solo" ? [] : [voteColumn(t("vote"))]),
          { key: "size", head: t("size"), right: true, fold: "hide", cell: ({ sizeBytes }) => <Bytes value={sizeBytes} /> },
          ...(finality === "solo" ? [{ key: "checked", head: t("checked"), right: true, fold: "hide", cell: ({ checkedAt }) => (checkedAt ? <Time value={checkedAt} /> : t("none")) } satisfies Column<EndpointView>] : []),
        ]}
      />
      {changing ? <ChangeFinalityDialog name={name} subChain={subChain} onClose={() => setChanging(false)} /> : null}
    </Sheet>
  );
}

const voteColumn = (head: string): Column<EndpointView> => ({ key: "vote", head, fold: "under", cell: ({ agreement }) => <LastVote agreement={agreement} /> });

/** How far a peer is, and by how many blocks it trails the one that is furthest. */
function HeightAndLag({ height, newest }: Readonly<{ height: number; newest: number }>) {
  const t = useTranslations("application.peers");
  if (height < 0) return t("none");
  return (
    <span className="grid justify-items-end gap-0.5">
      <Height value={height} />
      {height < newest ? <span className="text-xs whitespace-nowrap text-ink-2">{t("behind", { count: newest - height })}</span> : null}
    </span>
  );
}

const kinds = { RESERVED: "flow", OPEN: "well", STOPPED: "fault", REMOVED: "shut" } as const;

type StateProps = Readonly<{ endpoint: EndpointView; /** Of the sub-chain as the portal knows it. */ finality: Finality; silent: boolean; signedTwice: boolean }>;

function PeerState({ endpoint, finality, silent, signedTwice }: StateProps) {
  const t = useTranslations("application.peers");
  const words = useTranslations("finality");
  const abstains = endpoint.agreement?.consensus?.abstainsThrough;
  const rules = endpoint.agreement?.finality ?? finality;
  return (
    <span className="grid justify-items-start gap-0.5">
      {silent ? <Status kind="wait">{t("silent")}</Status> : <Status kind={kinds[endpoint.state]}>{t(`states.${endpoint.state}`)}</Status>}
      {signedTwice ? <Status kind="fault">{words("evidence.mark")}</Status> : null}
      {abstains === undefined ? null : <Status kind="wait">{abstains === "unknown" ? words("vote.asks") : words("vote.abstains", { height: abstains })}</Status>}
      {silent ? <span className="text-xs text-ink-2">{t("silentText")}</span> : null}
      {abstains === undefined ? null : <span className="text-xs text-ink-2">{words("vote.abstainsText")}</span>}
      {rules === finality ? null : <span className="text-xs text-ink-2">{words("vote.rules", { mode: words(`within.${rules}`) })}</span>}
      {endpoint.problem ? <span className="text-xs text-ink-2">{endpoint.problem}</span> : null}
    </span>
  );
}
