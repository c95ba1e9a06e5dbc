import type { Evidence } from "@/lib/control/client";
import type { EndpointView } from "@/lib/sub-chains/client";

export type GatheredEvidence = Evidence & { /** Cities whose peers saw it. */ seenBy: string[] };

/** What several peers saw of one deed is one proof; the newest first. */
export function gatherEvidence(endpoints: readonly Pick<EndpointView, "city" | "agreement">[]): GatheredEvidence[] {
  const gathered = new Map<string, GatheredEvidence>();
  for (const { city, agreement } of endpoints) {
    for (const evidence of agreement?.evidence ?? []) {
      const deed = `${evidence.culprit} ${evidence.kind} ${evidence.height} ${evidence.round}`;
      const known = gathered.get(deed);
      if (known) known.seenBy.push(city);
      else gathered.set(deed, { ...evidence, seenBy: [city] });
    }
  }
  return [...gathered.values()].toSorted((a, b) => b.timeMs - a.timeMs);
}
