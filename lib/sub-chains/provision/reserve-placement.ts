import { reservePlacement } from '@/lib/city-nodes';
import type { StepContext, StepOutcome } from '@/lib/operations';
import type { ApplicationInput } from '../operation-input';
import { listCities, loadSubChain } from '../load-sub-chain';

/** One peer on one host of each chosen city node. */
export async function reservePlacementStep({ input, write }: StepContext<ApplicationInput>): Promise<StepOutcome> {
  const { id: subChainId, application } = await loadSubChain(input.applicationId);
  await write((tx) => reservePlacement(tx, { subChainId, cityNodeIds: application.cityNodes.map((chosen) => chosen.cityNodeId) }));
  const { peers } = await loadSubChain(input.applicationId);
  return { result: { peers: peers.map((peer) => peer.id) }, message: `Reserved in ${listCities(peers)}.` };
}
