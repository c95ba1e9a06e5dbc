import { useTranslations } from "next-intl";
import { Height } from "@/app/_components/ui/height";
import type { SubChainView } from "@/lib/sub-chains/client";

type Props = Readonly<{ subChain: SubChainView; /** Newest height that was read; the peers' own reports are some seconds old. */ height: number | undefined; silent: ReadonlySet<string> }>;

/** Is it well, in one sentence. */
export function RunningLine({ subChain, height, silent }: Props) {
  const t = useTranslations("application.running");
  const { endpoints } = subChain;
  const open = endpoints.filter(({ state }) => state === "OPEN").length;
  const newest = height ?? Math.max(0, ...endpoints.map((endpoint) => endpoint.height));
  const quiet = endpoints.filter(({ cityNode }) => silent.has(cityNode)).length;
  const values = { silent: quiet, open, total: endpoints.length, city: endpoints[0]?.city ?? "", height: () => <Height value={newest} /> };
  if (quiet > 0) return t.rich("lineSilent", values);
  if (open < endpoints.length) return t.rich("lineSome", values);
  return endpoints.length === 1 ? t.rich("lineOne", values) : t.rich("lineAll", values);
}
