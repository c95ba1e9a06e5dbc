import { controlClientOf } from '@/lib/city-nodes';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { frameworkOf } from '../frameworks';
import type { ApplicationInput } from '../operation-input';
import { loadSubChain, peerName } from '../load-sub-chain';

/** Each city node makes its peer's key; the portal learns the public half only. A repeated call gives the same key. */
export async function createPeersStep({ input, signal }: StepContext<ApplicationInput>): Promise<StepOutcome> {
  const subChain = await loadSubChain(input.applicationId);
  const keys = await Promise.all(
    subChain.peers.map(async (peer) => {
      const { publicKey } = await controlClientOf(peer.host).createPeer(peerName(subChain, peer), { signal });
      return { peerId: peer.id, publicKey };
    }),
  );
  const made = keys.length === 1 ? 'One peer made its own key.' : `${keys.length} peers made their own keys.`;
  const prepared = await frameworkOf(subChain).prepareHosts?.(subChain, signal);
  return {
    result: { keys },
    message: prepared === undefined ? made : `${made} ${prepared}`,
    async commit(tx) {
      for (const { peerId, publicKey } of keys) await tx.peer.update({ where: { id: peerId }, data: { publicKey } });
    },
  };
}
