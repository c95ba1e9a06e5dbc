import type { HostAddresses } from '@/lib/x509';

/** `stored` is the column of a certificate's row. */
export function isSameAddresses(stored: unknown, addresses: HostAddresses): boolean {
  const { dnsNames, ipAddresses } = stored as HostAddresses;
  return JSON.stringify([dnsNames, ipAddresses]) === JSON.stringify([addresses.dnsNames, addresses.ipAddresses]);
}
