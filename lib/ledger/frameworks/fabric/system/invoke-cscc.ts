import { LISTED_MAX } from '../lifecycle';
import type { Response } from '../protocol';
import { message, repeatedMessages, string } from '@/lib/platform/pure/wire';
import type { SystemInvocation } from './invoke-system-chaincode';
import { failure, success, textOf } from './responses';

const channelInfo = message('ChannelInfo', { channelId: string(1) });
const channelQueryResponse = message('ChannelQueryResponse', { channels: repeatedMessages(1, LISTED_MAX, channelInfo) });

const joining: ReadonlySet<string> = new Set(['JoinChain', 'JoinChainBySnapshot', 'JoinBySnapshotStatus']);

/** Channels and their configurations, in the order of checks and the words of core/scc/cscc/configure.go. */
export async function invokeCscc(invocation: SystemInvocation): Promise<Response> {
  const { args, proposedChaincode, ledger } = invocation;
  const name = textOf(args[0]);
  if (args.length < 1 || (args.length < 2 && name !== 'GetChannels' && name !== 'JoinBySnapshotStatus')) return failure(`Incorrect number of arguments, ${args.length}`);
  if (proposedChaincode !== 'cscc') return failure(`Rejecting invoke of CSCC from another chaincode, original invocation for '${proposedChaincode}'`);
  const channelId = textOf(args[1]);
  if (name === 'GetChannels') {
    const denied = await invocation.checkAccess('cscc/GetChannels', '');
    if (denied !== undefined) return failure(`access denied for [${name}]: ${denied}`);
    const channels = [...(await ledger.listChannels(invocation.mspId))].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).slice(0, LISTED_MAX);
    return success(channelQueryResponse.encode({ channels: channels.map((one) => ({ channelId: one })) }));
  }
  if (joining.has(name)) {
    const denied = await invocation.checkAccess(`cscc/${name}`, '');
    if (denied !== undefined) return failure(`access denied for [${name}]: ${denied}`);
    return failure(`${name} is not available: which channels this peer carries is decided where the channel was published`);
  }
  if (name !== 'GetConfigBlock' && name !== 'GetChannelConfig') return failure(`Requested function ${name} not found.`);
  if (name === 'GetChannelConfig' && channelId === '') return failure('empty channel name provided');
  const denied = await invocation.checkAccess(`cscc/${name}`, channelId);
  if (denied !== undefined) return failure(`access denied for [${name}][${channelId}]: ${denied}`);
  if (name === 'GetConfigBlock') {
    const block = await ledger.getConfigBlock(channelId);
    return block === undefined ? failure(`Unknown channel ID, ${channelId}`) : success(block);
  }
  const config = await ledger.getConfig(channelId);
  return config === undefined ? failure(`unknown channel ID, ${channelId}`) : success(config);
}
