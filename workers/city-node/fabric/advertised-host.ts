import { readChain } from '@/lib/x509';

const onThisMachine: ReadonlySet<string> = new Set(['localhost', '127.0.0.1']);

/**
 * The name or address by which clients reach this host: one that its certificate (PEM, with its chain) has, for they verify it.
 * The door may listen on whatever addresses the machine has. One that is known on its own machine alone is `listenHost`.
 */
export function advertisedHost(chainPem: string | undefined, listenHost: string): string {
  if (chainPem === undefined) return listenHost;
  const [own] = readChain(chainPem);
  return [...(own?.dnsNames ?? []), ...(own?.ipAddresses ?? [])].find((name) => !onThisMachine.has(name)) ?? listenHost;
}
