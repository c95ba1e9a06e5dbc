import { isIPv6 } from 'node:net';

/**
 * Whose attempts are counted together: an IPv4 address by itself, of an IPv6 address its network of 64 bits. Providers
 * hand out at least that much, so that whoever is counted by single addresses is not counted at all.
 */
export function networkOf(ipAddress: string): string {
  const [address = ''] = ipAddress.split('%');
  if (!isIPv6(address)) return ipAddress;
  const [front = '', back] = address.toLowerCase().split('::');
  const groups = front.split(':').filter(Boolean);
  const tail = (back ?? '').split(':').filter(Boolean);
  // A dotted IPv4 end stands for two groups.
  const tailLength = tail.length + (tail.at(-1)?.includes('.') ? 1 : 0);
  const all = back === undefined ? groups : [...groups, ...Array<string>(8 - groups.length - tailLength).fill('0'), ...tail];
  return `${all.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
