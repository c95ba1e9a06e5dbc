import { useTranslations } from "next-intl";
import { Height } from "@/app/_components/ui/height";
import { quorumOf } from "@/lib/control/client";
import type { SubChainView } from "@/lib/sub-chains/client";

type Props = Readonly<{ subChain: SubChainView; /** Newest height that was read; the peers' own reports are some seconds old. */ height: number | undefined; silent: ReadonlySet<string> }>;

/** Is it well, in one sentence. */
export function RunningLine({ subChain, height, silent }: Props) {
  const t = useTranslations("application.running");
  const { endpoints, finality } = subChain;
  const open = endpoints.filter(({ state }) => state === "OPEN").length;
  const newest = height ?? Math.max(0, ...endpoints.map((endpoint) => endpoint.height));
  const quiet = endpoints.filter(({ cityNode }) => silent.has(cityNode)).length;
  const left = endpoints.filter(({ state, cityNode }) => state === "OPEN" && !silent.has(cityNode)).length;
  const values = { silent: quiet, open, left, total: endpoints.length, city: endpoints[0]?.city ?? "", height: () => <Height value={newest} /> };
  // With a quorum the question is whether enough are left.
  if (finality !== "solo" && left < endpoints.length) return t.rich(left >= quorumOf(finality, endpoints.length) ? "lineEnough" : "lineTooFew", values);
  if (quiet > 0) return t.rich("lineSilent", values);
  if (open < endpoints.length) return t.rich("lineSome", values);
  return endpoints.length === 1 ? t.rich("lineOne", values) : t.rich("lineAll", values);
}
