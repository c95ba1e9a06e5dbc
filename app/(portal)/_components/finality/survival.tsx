import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Sheet } from "@/app/_components/ui/sheet";
import { Status, type StatusKind } from "@/app/_components/ui/status";
import type { FailureDomains } from "@/lib/city-nodes/client";
import { faultsToleratedOf, type Finality } from "@/lib/control/client";

type Props = Readonly<{ finality: Finality; /** Chosen city nodes, one peer each. */ peers: number; domains: FailureDomains }>;

/** What the choice survives, and what not, in the order in which people fear it. */
export function Survival({ finality, peers, domains }: Props) {
  const t = useTranslations("finality.survival");
  const faults = faultsToleratedOf(finality, peers);
  const tooMany = { count: faults + 1, peers };
  const agreed = finality !== "solo";
  const survives = [
    t("restart"),
    ...(agreed ? [t("away", { faults, peers })] : []),
    ...(finality === "byzantine" ? [t("lies", { faults, peers }), t("proof")] : []),
    ...(finality === "solo" && peers > 1 ? [t("noticed"), t("reading")] : []),
  ];
  const doesNot = [
    ...(agreed ? [t("tooMany", tooMany)] : [t("orderer")]),
    ...(finality === "crash" ? [t("liar")] : finality === "byzantine" ? [t("league", tooMany)] : []),
    ...(agreed && domains.processPeersMax > faults ? [t("process", { count: domains.processPeersMax })] : []),
    ...(domains.machines === 1 ? [t("machine")] : agreed && domains.machinePeersMax > faults ? [t("machinePeers", { count: domains.machinePeersMax })] : []),
  ];
  return (
    <Sheet title={t("title")}>
      <div className="grid gap-4 text-sm">
        <Lines title={t("survives")} kind="well" lines={survives} />
        <Lines title={t("doesNot")} kind="asleep" lines={doesNot} />
      </div>
    </Sheet>
  );
}

function Lines({ title, kind, lines }: Readonly<{ title: ReactNode; kind: StatusKind; lines: readonly string[] }>) {
  return (
    <div>
      <p className="label mb-2">{title}</p>
      <ul className="grid gap-2">
        {lines.map((line) => (
          <li key={line}>
            <Status kind={kind} className="whitespace-normal">
              {line}
            </Status>
          </li>
        ))}
      </ul>
    </div>
  );
}
