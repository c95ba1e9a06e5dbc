import { useTranslations } from "next-intl";
import { quorumOf, validatorsOf, type Finality } from "@/lib/control/client";

/** The mode with how many it concerns: "Solo, 2 peers", "Byzantine-tolerant, quorum 3 of 4". */
export function FinalityName({ finality, peers }: Readonly<{ finality: Finality; peers: number }>) {
  const t = useTranslations("finality");
  const mode = t(`mode.${finality}`);
  if (finality === "solo") return t("withPeers", { mode, peers });
  return t("withQuorum", { mode, quorum: quorumOf(finality, peers), validators: validatorsOf(finality, peers) });
}
