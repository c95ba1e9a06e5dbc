import { isIP } from 'node:net';
import { isDnsName, type HostAddresses } from '@/lib/x509';

/**
 * Where a host's channel may be reached, for its certificate. Other hosts know it by its host URI; addresses are for
 * everybody else's tools. A host without an address of its own, or with one that is no name, is on this machine.
 */
export function toCertificateAddresses(channelAddress: string | null): HostAddresses {
  const here = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] };
  if (channelAddress === null) return here;
  const host = channelAddress.slice(0, channelAddress.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(host) !== 0) return { ...here, ipAddresses: [...new Set([...here.ipAddresses, host])] };
  return isDnsName(host) ? { ...here, dnsNames: [...new Set([...here.dnsNames, host])] } : here;
}
