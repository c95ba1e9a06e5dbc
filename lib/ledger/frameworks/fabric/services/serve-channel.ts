import type { LedgerHost } from '../../../core/host-types';
import type { ChainId } from '../../../core/types';
import { createChannel } from '../channel';
import type { FabricConfig } from '../config';
import { queryChannel, waitForTransaction } from '../read/query-channel';
import type { ServedChannel } from './ports';

export interface ServeChannelOptions extends Pick<ServedChannel, 'homeMspId' | 'quota' | 'sizeBytes'> {
  readonly host: Pick<LedgerHost, 'head' | 'query' | 'submit' | 'waitForHeight'>;
  readonly chain: ChainId;
  readonly config: FabricConfig;
}

/** A channel of a city node as the services see it; its certificates are read here, once. Throws FabricRefusal. */
export function serveChannel({ host, chain, config, ...given }: ServeChannelOptions): ServedChannel {
  const rules = createChannel(config);
  // The configuration of a channel is that of its first block.
  const configuration = { sequence: 0, rules, accessRules: rules.accessRules };
  return {
    ...given,
    channelId: config.channelId,
    configuration: () => configuration,
    height: () => host.head(chain).height + 1,
    waitAbove: async (blocks, signal) => void (await host.waitForHeight(chain, blocks - 1, signal)),
    submit: async (envelope, signal) => void (await host.submit(chain, envelope, { signal })),
    block: (number, signal) => queryChannel(host, chain, { kind: 'block', number }, signal),
    privateData: (number, signal) => queryChannel(host, chain, { kind: 'block-private-data', number }, signal),
    collectionsBefore: (chaincode, block, signal) => queryChannel(host, chain, { kind: 'collections-before', chaincode, block }, signal),
    findTransaction: (txId, signal) => queryChannel(host, chain, { kind: 'transaction-status', txId }, signal),
    waitForTransaction: (txId, signal) => waitForTransaction(host, chain, txId, signal),
  };
}
