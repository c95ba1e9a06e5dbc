import { useTranslations } from "next-intl";
import { Status } from "@/app/_components/ui/status";
import type { FailureDomains } from "@/lib/city-nodes/client";
import { faultsToleratedOf, type Finality } from "@/lib/control/client";

type Props = Readonly<{ finality: Finality; domains: FailureDomains }>;

/** What fails together, from the real hosts: the label first, then what it means for this mode. */
export function FailureDomain({ finality, domains }: Props) {
  const t = useTranslations("finality.domain");
  const { peers, processes, machines } = domains;
  if (peers === 0) return null;
  const separate = processes === peers;
  const label = peers === 1 ? t("one") : separate ? t(`own.${finality}`) : processes === 1 ? t("shared") : t("some", { processes, peers });
  return (
    <div className="grid gap-1">
      <Status kind={separate && peers > 1 ? "well" : "wait"} className="font-medium whitespace-normal">
        {label}
      </Status>
      <p className="text-sm text-ink-2">
        {peers > 1 && !separate ? <Shared finality={finality} domains={domains} /> : null} {machines === 1 ? t("oneMachine") : t("machines", { machines })}
      </p>
    </div>
  );
}

function Shared({ finality, domains: { processes, peers, processPeersMax } }: Props) {
  const t = useTranslations("finality.domain");
  if (processes === 1) return t(`sharedText.${finality}`);
  if (finality === "solo") return t("someSolo");
  return processPeersMax > faultsToleratedOf(finality, peers) ? t("someWaits", { count: processPeersMax }) : t("someGoesOn");
}
