import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ensureAuthority } from '@/lib/certificates';
import { seedCatalogue } from '@/lib/city-nodes';
import { ensureAdmin } from '@/lib/identity';
import { dataPath, getDb } from '@/lib/platform';

/** First rows of an installation. Runs at every start and changes nothing that is there. */

// Keeps chain ids of two installations apart, so that no signed transaction replays; made once, never changed.
await getDb().installation.createMany({ data: [{ id: 1, number: randomInt(2 ** 27) }], skipDuplicates: true });
const authority = await ensureAuthority();
const { added } = await seedCatalogue();
const admin = await ensureAdmin({
  email: 'admin@chainworks.localhost',
  password: readFileSync(dataPath('admin-password'), 'utf8').trim(),
});
process.stdout.write(`certificate authority: ${authority.created ? 'made' : 'known'}; city nodes added: ${added}; portal admin: ${admin.created ? 'made' : 'known'}\n`);
await getDb().$disconnect();
