import { reservePlacement } from '@/lib/city-nodes';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { getDb } from '@/lib/platform';
import type { ApplicationInput } from '../operation-input';
import { inPublishersOrder, listCities, loadSubChain } from '../load-sub-chain';

/** One peer on one host of each chosen city node. */
export async function reservePlacementStep({ input, write }: StepContext<ApplicationInput>): Promise<StepOutcome> {
  const { applicationId } = input;
  const [{ id: subChainId, finality }, chosen] = await Promise.all([
    loadSubChain(applicationId),
    getDb().applicationCityNode.findMany({ where: { applicationId }, orderBy: { position: 'asc' } }),
  ]);
  await write((tx) => reservePlacement(tx, { subChainId, finality, cityNodeIds: chosen.map((one) => one.cityNodeId) }));
  const { peers } = await loadSubChain(applicationId);
  return { result: { peers: peers.map((peer) => peer.id) }, message: `Reserved in ${listCities(inPublishersOrder(peers))}.` };
}
