import { embeddedBytes, message } from '@/lib/platform/pure/wire';
import { envelope, payload, unpackBlock } from '../protocol';
import type { FabricQuery, FabricReads } from '../read/answer-query';
import type { SystemLedger } from './ports';

/** The configuration in a CONFIG envelope's data, as its bytes stand there. */
const configBytes = message('ConfigEnvelope', { config: embeddedBytes(1) });

export interface ChannelReads {
  list(): readonly string[];
  /** Undefined when there is no such channel here. */
  ask<Q extends FabricQuery>(channelId: string, request: Q): Promise<FabricReads[Q['kind']]['answer'] | undefined>;
}

/** The ledgers of a city node as the system chaincodes see them. */
export function createSystemLedger({ list, ask }: ChannelReads): SystemLedger {
  const getConfigBlock = (channelId: string) => ask(channelId, { kind: 'config-block' });
  return {
    async listChannels(mspId) {
      const mine: string[] = [];
      for (const channelId of list()) {
        const isMine = await ask(channelId, { kind: 'view', run: async ({ channel }) => channel.mspIds.includes(mspId) });
        if (isMine === true) mine.push(channelId);
      }
      return mine;
    },
    async getInfo(channelId) {
      const info = await ask(channelId, { kind: 'channel-info' });
      return info && { height: BigInt(info.height), currentBlockHash: info.currentHash, previousBlockHash: info.previousHash };
    },
    // A number that is no safe integer is one that no block has.
    getBlock: async (channelId, number) => (number > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : ask(channelId, { kind: 'block', number: Number(number) })),
    getBlockByHash: (channelId, hash) => ask(channelId, { kind: 'block-by-hash', hash }),
    getBlockByTxId: (channelId, txId) => ask(channelId, { kind: 'block-by-transaction', txId }),
    async getTransaction(channelId, txId) {
      const found = await ask(channelId, { kind: 'transaction', txId });
      return found && { envelope: found.envelope, code: found.code };
    },
    getConfigBlock,
    async getConfig(channelId) {
      const block = await getConfigBlock(channelId);
      const [config] = block === undefined ? [] : unpackBlock(block).envelopes;
      return config && configBytes.decode(payload.decode(envelope.decode(config).payload).data).config;
    },
  };
}
