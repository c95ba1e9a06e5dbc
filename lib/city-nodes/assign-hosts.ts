export interface HostChoice {
  /** Names the city node in the answer. */
  cityNode: string;
  /** Hosts that could carry its peer, the preferred one first. */
  hosts: readonly string[];
}

/**
 * One host for each city node, on as many different hosts as there can be: a host that carries two peers of one
 * sub-chain takes both along when it fails. Without a choice it is the only host, otherwise the preferred one as far
 * as that costs no other city node its own. Hosts that are `taken` carry a peer already and count as used. A city node without hosts is absent from the answer. Pure.
 */
export function assignHosts(choices: readonly HostChoice[], taken: readonly string[] = []): Map<string, string> {
  const takenBy = new Map<string, HostChoice>();
  // Augmenting paths: who finds all its hosts taken asks their holders to move on.
  const place = (choice: HostChoice, asked: Set<string>): boolean => {
    for (const host of choice.hosts) {
      if (asked.has(host)) continue;
      asked.add(host);
      const holder = takenBy.get(host);
      if (holder === undefined || place(holder, asked)) {
        takenBy.set(host, choice);
        return true;
      }
    }
    return false;
  };
  for (const choice of choices) place(choice, new Set(taken));
  const assigned = new Map([...takenBy].map(([host, { cityNode }]) => [cityNode, host]));
  return new Map(choices.flatMap(({ cityNode, hosts }) => {
    const host = assigned.get(cityNode) ?? hosts[0];
    return host === undefined ? [] : [[cityNode, host] as const];
  }));
}
