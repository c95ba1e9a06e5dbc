/** What can be published today. A framework stands here only when its unmodified public client works against it. */
export const offeredFrameworks = [
  {
    code: 'ethereum',
    name: 'Ethereum',
    versions: [{ code: 'prague', name: 'Prague' }],
  },
] as const;

export type FrameworkCode = (typeof offeredFrameworks)[number]['code'];
