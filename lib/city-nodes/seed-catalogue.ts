import { createId, getDb } from '@/lib/platform';
import { catalogue } from './catalogue';

/** Brings the catalogue into the database. What a host or an operator has changed since (state, provider) stays. */
export async function seedCatalogue(): Promise<{ added: number }> {
  const { count } = await getDb().cityNode.createMany({
    data: catalogue.map((place) => ({ id: createId('cityNode'), ...place })),
    skipDuplicates: true,
  });
  return { added: count };
}
