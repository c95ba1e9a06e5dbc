import type { LedgerHost } from '../../../core/host-types';
import type { ChainId } from '../../../core/types';
import { createChannel, type Channel } from '../channel';
import type { FabricConfig } from '../config';
import type { SimulationView } from '../endorser';
import { queryChannel, waitForTransaction, withChannelView } from '../read/query-channel';
import type { ServedChannel } from './ports';

export interface ServeChannelOptions extends Pick<ServedChannel, 'homeMspId' | 'quota' | 'sizeBytes'> {
  readonly host: Pick<LedgerHost, 'head' | 'query' | 'submit' | 'waitForHeight'>;
  readonly chain: ChainId;
  readonly config: FabricConfig;
}

/** A channel of a city node with the view that an endorser simulates on; certificates are read once. */
export function serveChannel({ host, chain, config, ...given }: ServeChannelOptions): { readonly channel: ServedChannel; openView(): Promise<SimulationView> } {
  const rules = createChannel(config);
  const accessRules = new Map(Object.entries(config.accessRules ?? {}));
  const configuration = { sequence: 0, rules, accessRules };
  return {
    openView: () => openView(host, chain, rules, accessRules),
    channel: {
      ...given,
      channelId: config.channelId,
      configuration: () => configuration,
      height: () => host.head(chain).height + 1,
      waitAbove: async (blocks, signal) => void (await host.waitForHeight(chain, blocks - 1, signal)),
      submit: async (envelope, signal) => void (await host.submit(chain, envelope, { signal })),
      block: (number, signal) => queryChannel(host, chain, { kind: 'block', number }, signal),
      privateData: (number, signal) => queryChannel(host, chain, { kind: 'block-private-data', number }, signal),
      findTransaction: (txId, signal) => queryChannel(host, chain, { kind: 'transaction-status', txId }, signal),
      waitForTransaction: (txId, signal) => waitForTransaction(host, chain, txId, signal),
    },
  };
}

/** The engine's view lives as long as its read: the read ends when the view is released. */
function openView(host: ServeChannelOptions['host'], chain: ChainId, channel: Channel, accessRules: ReadonlyMap<string, string>): Promise<SimulationView> {
  return new Promise((resolve, reject) => {
    const read = withChannelView(host, chain, new AbortController().signal, ({ state, privateState, head, transactionAt }) => {
      return new Promise<void>((release) => {
        const organisations = channel.mspIds.map((mspId) => ({ name: mspId, mspId }));
        resolve({ channelId: channel.id, height: head.number + 1, state, privateState, rules: channel, organisations, accessRules, transactionAt, release });
      });
    });
    read.catch(reject);
  });
}
