/** What can be published today. A framework stands here only when its unmodified public client works against it. */
export const offeredFrameworks = [
  {
    code: 'ethereum',
    name: 'Ethereum',
    versions: [{ code: 'prague', name: 'Prague' }],
  },
  {
    code: 'fabric',
    name: 'Hyperledger Fabric',
    versions: [{ code: '2.5', name: '2.5' }],
  },
] as const;

/** Whether the portal shows blocks and transactions of a framework, and hands out access keys for it; Fabric's clients bring certificates. */
export function isExplored(framework: string | null): boolean {
  return framework === 'ethereum';
}

export type FrameworkCode = (typeof offeredFrameworks)[number]['code'];
