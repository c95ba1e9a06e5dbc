import type { Tx } from '@/lib/platform';

/**
 * One change of an authority's identities and affiliations at a time: counts hold, and an affiliation cannot go while somebody
 * is registered in it. Not FOR UPDATE: rows that refer to the authority are written beside it.
 */
export async function lockAuthority(tx: Tx, authorityId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "FabricAuthority" WHERE id = ${authorityId} FOR NO KEY UPDATE`;
}
