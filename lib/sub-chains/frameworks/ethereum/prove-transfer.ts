import { issueInternalKey, pushRevocations, revokeInternalKeys } from '@/lib/access-keys';
import { formatEndpoint } from '@/lib/gateway';
import type { StepOutcome } from '@/lib/operations';
import { assert } from '@/lib/platform';
import type { LoadedSubChain } from '../../load-sub-chain';
import type { ProvisionContext } from '../sub-chain-framework';
import { awaitReceipt, sendTransfer, type Door } from './send-transfer';

/**
 * Proves the way that clients will take: a real transaction with a real access key through the public door of the
 * ordering city node, read back at the door of every other one. The key lives in this process's memory, ends after two
 * minutes and is revoked with the step; one that a killed worker left behind is revoked too.
 */
export async function proveTransfer(subChain: LoadedSubChain, { input, signal, write }: ProvisionContext): Promise<StepOutcome> {
  const { key } = await issueInternalKey(input.applicationId, write);
  const doors = subChain.peers.map((peer): Door => ({ url: formatEndpoint(peer.host.gatewayUrl, peer.cityNode.code, subChain.slug), key, signal }));
  const [first] = doors;
  assert(first && subChain.peers[0]?.orders, 'the first peer orders');
  const transactionHash = await sendTransfer(first, subChain.chainId);
  const [height] = await Promise.all(doors.map((door) => awaitReceipt(door, transactionHash)));
  // Before the step is done: whoever takes over in between issues a key of its own and revokes this one too.
  await pushRevocations(await write((tx) => revokeInternalKeys(tx, input.applicationId)));
  return {
    result: { transactionHash, height },
    message: doors.length === 1 ? 'Written and read back through the gateway.' : `Written through one gateway, read back through all ${doors.length}.`,
  };
}
