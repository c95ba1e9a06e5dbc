import { controlClientOf } from '@/lib/city-nodes';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { AppError } from '@/lib/platform';
import { genesisOf } from '../genesis-of';
import type { ApplicationInput } from '../operation-input';
import { loadSubChain, peerName } from '../load-sub-chain';

/** Every peer opens its own ledger from the same genesis; all of them must come to the same hash. */
export async function startStep({ input, signal }: StepContext<ApplicationInput>): Promise<StepOutcome> {
  const subChain = await loadSubChain(input.applicationId);
  const genesis = await genesisOf(subChain);
  const opened = await Promise.all(
    subChain.peers.map(async (peer) => ({ peer, ...(await controlClientOf(peer.host).openChain(peerName(subChain, peer), genesis, { signal })) })),
  );
  const hashes = [...new Set(opened.map((one) => one.genesisHash))];
  const [genesisHash] = hashes;
  if (hashes.length !== 1 || genesisHash === undefined) {
    throw new AppError('INTERNAL', {}, { publicMessage: 'The peers do not agree on the first block.', message: `genesis hashes of ${subChain.slug}: ${hashes.join(', ')}` });
  }
  return {
    result: { genesisHash },
    message: opened.length === 1 ? 'The first block is written.' : `The first block is written, the same on all ${opened.length} peers.`,
    async commit(tx) {
      await tx.subChain.update({ where: { id: subChain.id }, data: { genesisHash } });
      const checkedAt = new Date();
      for (const { peer, height } of opened) await tx.peer.update({ where: { id: peer.id }, data: { state: 'OPEN', height, checkedAt } });
    },
  };
}
