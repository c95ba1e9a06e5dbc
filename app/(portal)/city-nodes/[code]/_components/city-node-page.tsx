"use client";

import { useTranslations } from "next-intl";
import { ConsolePage } from "@/app/_components/shell/console-page";
import { Count } from "@/app/_components/ui/count";
import { Note } from "@/app/_components/ui/note";
import { PageHead } from "@/app/_components/ui/page-head";
import { Plate } from "@/app/_components/ui/plate";
import { Time } from "@/app/_components/ui/time";
import { TitleBlock } from "@/app/_components/ui/title-block";
import type { CityNodeDetail } from "@/lib/city-nodes/client";
import { CityNodeState, standingOf } from "../../_components/city-node-state";
import { useCityNode } from "../_hooks/use-city-node";
import { HostSheet } from "./host-sheet";
import { PeerTable } from "./peer-table";

type Props = Readonly<{ initial: CityNodeDetail; /** Portal staff; others see the peers of their own organisation. */ seesAll: boolean }>;

export function CityNodePage({ initial, seesAll }: Props) {
  const t = useTranslations("cityNodes");
  const cityNode = useCityNode(initial);
  const { code, city, country, provider, region, peers, state, hosts, visiblePeers } = cityNode;
  const standing = standingOf(cityNode);
  const proofs = visiblePeers.filter(({ agreement }) => agreement && agreement.evidence.length > 0);
  const stopped = visiblePeers.filter((peer) => peer.state === "STOPPED");
  return (
    <ConsolePage crumbs={[{ label: t("crumb"), href: "/city-nodes" }, { label: city }]}>
      <PageHead
        title={
          <span className="inline-flex flex-wrap items-center gap-3">
            <Plate code={code} large hollow={standing !== "OPEN"} />
            {/* The worst fact first; while no host answers, that is the worse one. */}
            {standing === "OPEN" && stopped.length > 0 ? t("headlineStopped", { count: stopped.length, city }) : t(`headline.${standing}`, { city })}
          </span>
        }
        status={<CityNodeState cityNode={cityNode} badge />}
        subtitle={t(`meaning.${standing}`, { provider, region, hosts: hosts.length })}
      />
      {stopped.map((peer) => (
        <Note key={peer.id} kind="bad" title={t("stopped", { subChain: peer.subChain })} announce>
          {peer.problem ?? t("stoppedUnknown")} {peer.agreement && peer.agreement.finality !== "solo" ? t("stoppedOne") : peer.orders ? t("stoppedOrders") : t("stoppedFollows")}
        </Note>
      ))}
      {proofs.length > 0 ? (
        <Note kind="bad" title={t("proofs", { count: proofs.length, city })} announce>
          {t("proofsText", { subChains: proofs.map(({ subChain }) => subChain).join(", ") })}
        </Note>
      ) : null}
      <TitleBlock
        even
        facts={[
          { label: t("place"), value: city === country ? city : t("placeValue", { city, country }) },
          { label: state === "PLANNED" ? t("plannedWith") : t("provider"), value: provider },
          { label: t("region"), value: region },
          ...(state === "PLANNED" ? [] : [{ label: t("peersAll"), value: <Count value={peers} /> }]),
          ...(cityNode.lastSeenAt ? [{ label: t("heard"), value: <Time value={cityNode.lastSeenAt} /> }] : []),
        ]}
      />
      {hosts.map((host) => (
        <HostSheet key={host.id} host={host} cityNode={code} />
      ))}
      {state === "PLANNED" ? null : <PeerTable peers={visiblePeers} total={peers} seesAll={seesAll} />}
    </ConsolePage>
  );
}
