import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { StatusShape, type StatusKind } from "@/app/_components/ui/status";
import type { PublicationDetail } from "@/lib/applications/client";
import { failureDomainsOfChoice, type CityNodeView } from "@/lib/city-nodes/client";
import { faultsToleratedOf, quorumOf, type Finality } from "@/lib/control/client";
import { FailureDomain } from "@/app/(portal)/_components/finality/failure-domain";

type Props = Readonly<{ publication: PublicationDetail; cityNodes: ReadonlyArray<CityNodeView> }>;

const colours: Readonly<Record<"well" | "wait" | "fault", string>> = { well: "text-verdigris-ink", wait: "text-brass-ink", fault: "text-hydrant-ink" };

/** What the portal can tell by itself before somebody decides. Each line is looked up, none is assumed. */
export function PublicationChecks({ publication, cityNodes }: Props) {
  const t = useTranslations("admin.checks");
  const { application, contract, invoice } = publication;
  const chosen = application.cityNodes.map(({ code }) => code);
  const away = application.cityNodes.filter(({ code }) => !cityNodes.some((node) => node.code === code && node.selectable));
  return (
    <ul className="rounded-sheet border border-line">
      <Check kind={invoice?.state === "PAID" ? "well" : "wait"} title={invoice?.state === "PAID" ? t("paid") : t("notPaid")}>
        {invoice?.book === "TEST" ? t("testMoney") : t("held")}
      </Check>
      <Check kind={away.length === 0 ? "well" : "fault"} title={away.length === 0 ? t("answer", { count: chosen.length }) : t("away", { cities: away.map(({ city }) => city).join(", ") })}>
        {away.length === 0 ? t("answerText") : t("awayText")}
      </Check>
      <Check kind={contract === null ? "wait" : "well"} title={contract === null ? t("noContract") : t("contract")}>
        {contract === null ? t("noContractText") : contract.kind === "own" ? t("ownText") : t("templateText")}
      </Check>
      <Agreement finality={application.finality ?? "solo"} cityNodes={cityNodes.filter(({ code }) => chosen.includes(code))} first={application.cityNodes[0]?.city} peers={chosen.length} />
    </ul>
  );
}

/** Who orders, how many may fail, and what of it holds on the hosts that there are. */
function Agreement({ finality, cityNodes, first, peers }: Readonly<{ finality: Finality; cityNodes: ReadonlyArray<CityNodeView>; first: string | undefined; peers: number }>) {
  const t = useTranslations("admin.checks");
  if (first === undefined) return <Check kind="wait" title={t("noCityNode")}>{null}</Check>;
  const domains = failureDomainsOfChoice(cityNodes);
  const words = { quorum: quorumOf(finality, peers), peers, faults: faultsToleratedOf(finality, peers) };
  return (
    <Check kind={finality === "solo" || domains.processes < peers ? "wait" : "well"} title={finality === "solo" ? t("solo", { city: first }) : t("agreed", words)}>
      <span className="grid gap-2">
        {finality === "solo" ? t("soloText") : t(`${finality}Text`, words)}
        <FailureDomain finality={finality} domains={domains} />
      </span>
    </Check>
  );
}

function Check({ kind, title, children }: Readonly<{ kind: StatusKind & keyof typeof colours; title: ReactNode; children: ReactNode }>) {
  return (
    <li className="grid grid-cols-[16px_minmax(0,1fr)] gap-2.5 border-b border-line px-4 py-2.5 last:border-b-0">
      <span className={`${colours[kind]} pt-0.5`}>
        <StatusShape shape={kind} />
      </span>
      <span>
        <span className="block font-medium">{title}</span>
        <span className="block text-sm text-ink-2">{children}</span>
      </span>
    </li>
  );
}
