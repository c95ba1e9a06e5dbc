import { getDb, type Tx } from '@/lib/platform';
import { isWithin } from './names';

/** Paths of the affiliations that lie at or below this one, sorted. They are a thousand at most: they are looked through here. */
export async function affiliationsWithin(authorityId: string, above: string, tx: Pick<Tx, 'fabricAffiliation'> = getDb()): Promise<string[]> {
  const rows = await tx.fabricAffiliation.findMany({ where: { authorityId }, select: { path: true } });
  return rows.map(({ path }) => path).filter((path) => isWithin(path, above)).sort();
}

export async function hasAffiliation(authorityId: string, path: string, tx: Pick<Tx, 'fabricAffiliation'> = getDb()): Promise<boolean> {
  return (await tx.fabricAffiliation.findUnique({ where: { authorityId_path: { authorityId, path } }, select: { path: true } })) !== null;
}

/** A condition for identities that a caller of this affiliation may see; the root sees all. */
export async function affiliationCondition(authorityId: string, above: string): Promise<{ affiliation?: { in: string[] } }> {
  return above === '' ? {} : { affiliation: { in: [...new Set([above, ...(await affiliationsWithin(authorityId, above))])] } };
}
