import { assignHosts } from './assign-hosts';

/** Where a peer runs. Two peers with the same value fail together. */
export interface PeerPlace {
  /** The process: id of the host. */
  host: string;
  /** The machine, as far as the host's address tells. */
  machine: string;
}

/** What the peers of one sub-chain share, and so lose together. */
export interface FailureDomains {
  peers: number;
  processes: number;
  machines: number;
  /** Peers on the process, and on the machine, that carries most of them. */
  processPeersMax: number;
  machinePeersMax: number;
}

export function failureDomainsOf(places: readonly PeerPlace[]): FailureDomains {
  const [processes, machines] = [places.map(({ host }) => host), places.map(({ machine }) => machine)].map(countEach) as [number[], number[]];
  return {
    peers: places.length,
    processes: processes.length,
    machines: machines.length,
    processPeersMax: Math.max(0, ...processes),
    machinePeersMax: Math.max(0, ...machines),
  };
}

/** The same for city nodes that are chosen and not placed yet: as they would be placed now. Those without a host are left out. */
export function failureDomainsOfChoice(cityNodes: readonly { code: string; hosts: readonly { id: string; machine: string }[] }[]): FailureDomains {
  const assigned = assignHosts(cityNodes.map(({ code, hosts }) => ({ cityNode: code, hosts: hosts.map(({ id }) => id) })));
  const machineOf = new Map(cityNodes.flatMap(({ hosts }) => hosts.map(({ id, machine }) => [id, machine] as const)));
  return failureDomainsOf([...assigned.values()].map((host) => ({ host, machine: machineOf.get(host) ?? host })));
}

function countEach(names: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts.values()];
}
