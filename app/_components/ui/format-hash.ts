/** First and last digits of a hash, address or id: 0x9f41…c07e. Short ones stay whole. */
export function formatHash(hash: string, digits = 4): string {
  const prefix = hash.startsWith("0x") ? 2 : 0;
  return hash.length <= prefix + digits * 2 + 1 ? hash : `${hash.slice(0, prefix + digits)}…${hash.slice(-digits)}`;
}
