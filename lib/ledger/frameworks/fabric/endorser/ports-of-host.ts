import type { LedgerHost } from '../../../core/host-types';
import type { ChainId } from '../../../core/types';
import { listPackageUses } from '../lifecycle';
import { queryChannel, withChannelView } from '../read/query-channel';
import { createSystemLedger } from '../system';
import type { EndorserPorts, SimulationView } from './ports';

/** The channels that a city node has, by the names that clients know. */
export interface ChannelDirectory {
  find(channelId: string): ChainId | undefined;
  list(): readonly string[];
}

export interface HostChannels {
  readonly host: Pick<LedgerHost, 'query' | 'keepLocally'>;
  readonly channels: ChannelDirectory;
  /** Ends what is being read. */
  readonly signal: AbortSignal;
}

/** What an endorser needs of the ledgers of its city node. */
export function portsOfHost({ host, channels, signal }: HostChannels): Pick<EndorserPorts, 'openView' | 'keepPlaintext' | 'listUses' | 'system'> {
  return {
    openView: (channelId) => openView({ host, channels, signal }, channelId),
    async keepPlaintext({ channelId, txId, privateRwset }) {
      const chain = channels.find(channelId);
      if (chain === undefined) throw new Error(`the channel ${channelId} left this city node`);
      await host.keepLocally(chain, { kind: 'put-aside', txId, plaintext: privateRwset });
    },
    async listUses(mspId, packageIds) {
      const uses = new Map<string, ReturnType<typeof listPackageUses>>();
      for (const channelId of channels.list()) {
        const chain = channels.find(channelId);
        if (chain !== undefined) uses.set(channelId, await withChannelView(host, chain, signal, async ({ state }) => listPackageUses(state, mspId, packageIds)));
      }
      return uses;
    },
    system: createSystemLedger({
      list: () => channels.list(),
      async ask(channelId, request) {
        const chain = channels.find(channelId);
        return chain === undefined ? undefined : queryChannel(host, chain, request, signal);
      },
    }),
  };
}

/** The host lends a view for as long as a function runs: it runs until the view is released. */
function openView({ host, channels, signal }: HostChannels, channelId: string): Promise<SimulationView | undefined> {
  const chain = channels.find(channelId);
  if (chain === undefined) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    withChannelView(host, chain, signal, ({ channel, head, state, privateState, transactionAt }) => {
      return new Promise<void>((release) => {
        const organisations = channel.mspIds.map((mspId) => ({ name: mspId, mspId }));
        resolve({ channelId, height: head.number + 1, state, privateState, rules: channel, organisations, accessRules: channel.accessRules, transactionAt, release });
      });
    }).catch(reject);
  });
}
