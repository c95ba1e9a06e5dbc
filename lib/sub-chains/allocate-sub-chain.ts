import type { Finality } from '@/lib/control';
import { assert, createId, type Tx } from '@/lib/platform';
import { chainIdOf } from './chain-id';
import { slugOf } from './slug';

/** The application's sub-chain with its name and chain id; made at the first call, the same one afterwards. */
export async function allocateSubChain(tx: Tx, application: { id: string; framework: string; finality: Finality }): Promise<{ subChainId: string; slug: string }> {
  const present = await tx.subChain.findUnique({ where: { applicationId: application.id }, select: { id: true, slug: true } });
  if (present) return { subChainId: present.id, slug: present.slug };
  const [installation] = await tx.$queryRaw<{ number: number; taken: number }[]>`
    UPDATE "Installation" SET "nextChainNumber" = "nextChainNumber" + 1 WHERE id = 1
    RETURNING number, "nextChainNumber" - 1 AS taken`;
  assert(installation, 'the installation has its row (npm start seeds it)');
  const subChainId = createId('subChain');
  const slug = slugOf(installation.taken);
  await tx.subChain.create({
    data: {
      id: subChainId,
      applicationId: application.id,
      slug,
      framework: application.framework,
      finality: application.finality,
      chainId: chainIdOf(installation.number, installation.taken),
      state: 'OPENING',
    },
  });
  return { subChainId, slug };
}
