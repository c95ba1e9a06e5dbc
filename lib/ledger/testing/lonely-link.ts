import { LedgerError } from '../core/errors';
import type { PeerLink } from '../core/host-types';
import type { ChainId } from '../core/types';

const alone = async (chain: ChainId): Promise<never> => {
  throw new LedgerError('peers-unreachable', { chain }, `No other peer of ${chain} can be reached: it is alone.`);
};

/** The link of a host that has nobody else. */
export const lonelyLink: PeerLink = {
  announce: () => undefined,
  peers: () => [],
  fetchBlocks: alone,
  askSnapshot: alone,
  fetchRange: alone,
  send: () => undefined,
  submit: alone,
};
