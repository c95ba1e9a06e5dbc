import { nobodyElse } from '../../../frameworks/fabric/channel-peers';
import { processProposal, type EndorserPorts, type SimulationView } from '../../../frameworks/fabric/endorser';
import type { MemoryPackages } from '../../../frameworks/fabric/lifecycle/testing/memory-packages';
import { ProposalRefused, unpackTransaction, type SignedProposal } from '../../../frameworks/fabric/protocol';
import { readNamespacesWith } from '../../../frameworks/fabric/read-namespaces';
import type { TransactionAt } from '../../../frameworks/fabric/state';
import { testStartMs } from '../../../frameworks/fabric/testing/test-organisation';
import type { SystemLedger } from '../../../frameworks/fabric/system';
import type { Peer } from '../peer';
import { CHAINCODE, runStore } from './chaincode';
import type { ChannelCopy, EnvelopeOf } from './channel-copy';
import { ORGANISATIONS, type Organisation, type People } from './people';

export const NOW_MS = testStartMs + 1_000_000;

export interface HostEndorser {
  readonly peer: Peer;
  /** Of the life that is asked; with another one nothing goes on. */
  readonly copy: ChannelCopy;
  readonly people: People;
  readonly packages: MemoryPackages;
  readonly envelopeOf: EnvelopeOf;
  readonly organisations: readonly Organisation[];
  /** Resolves when it is durable; never when the power goes before. */
  readonly keepAside: (txId: string, plaintext: Uint8Array) => Promise<void>;
}

/** The package that every organisation runs. */
export async function installStore(packages: MemoryPackages): Promise<string> {
  const ids = await Promise.all(ORGANISATIONS.map((mspId) => packages.put(mspId, Buffer.from(`${CHAINCODE}:code`))));
  const [first] = ids;
  if (first === undefined || 'refused' in first) throw new Error('the package is good');
  return first.packageId;
}

/** What an organisation's peer answers: bytes of a ProposalResponse; undefined when it refuses. */
export async function endorse(ports: EndorserPorts, signedProposal: SignedProposal, mspId: Organisation): Promise<Uint8Array | undefined> {
  try {
    return (await processProposal({ signedProposal, mspId }, ports)).bytes;
  } catch (error) {
    if (error instanceof ProposalRefused) return undefined;
    throw error;
  }
}

/** Transactions by their place, as an honest peer's disk has them. */
export function transactionsAt(peer: Peer, envelopeOf: EnvelopeOf): TransactionAt {
  return (block, transaction) => {
    const id = peer.kept.blocks[block - 1]?.block.transactions[transaction];
    const bytes = id === undefined ? undefined : envelopeOf(id);
    if (bytes === undefined) return undefined;
    const { channelHeader, results } = unpackTransaction(bytes, readNamespacesWith(() => undefined));
    const { txId, timestamp = { seconds: 0n, nanos: 0 } } = channelHeader;
    return { txId, timestamp, rwset: results };
  };
}

/** What a simulated peer endorses with. */
export function portsOfPeer(host: HostEndorser): EndorserPorts {
  const { peer, copy, people, envelopeOf, keepAside } = host;
  return {
    ...storePorts({ ...host, host: peer.index }),
    openView: async (channelId) => (channelId === people.channel.id ? viewOf(copy, people, transactionsAt(peer, envelopeOf)) : undefined),
    keepPlaintext: ({ txId, privateRwset }) => keepAside(txId, privateRwset),
  };
}

/** The same of any host, but for its ledger: organisations with their keys and the one chaincode. */
export function storePorts({ people, packages, organisations, host }: Pick<HostEndorser, 'people' | 'packages' | 'organisations'> & { readonly host: number }): Omit<EndorserPorts, 'openView' | 'keepPlaintext'> {
  return {
    runChaincode: (_, call) => runStore(call),
    indexesOf: () => [],
    packages,
    listUses: async () => new Map(),
    signerOf: (mspId) => organisations.filter((one) => one === mspId).map((one) => people.peer(one, host))[0],
    localMsps: () => people.channel.msps,
    // Each endorser is asked by the clients of the simulation themselves.
    elsewhere: nobodyElse,
    hostId: `host_${host}`,
    signal: new AbortController().signal,
    system: noLedger,
    nowMs: () => NOW_MS,
    executeTimeoutMs: 30_000,
  };
}

function viewOf(copy: ChannelCopy, { channel }: People, transactionAt: TransactionAt): SimulationView {
  const { height, release, ...state } = copy.snapshot();
  return {
    channelId: channel.id,
    height: height + 1,
    state,
    privateState: state,
    rules: channel,
    organisations: channel.mspIds.map((mspId) => ({ name: mspId, mspId })),
    accessRules: channel.accessRules,
    transactionAt,
    release,
  };
}

const nothing = async (): Promise<undefined> => undefined;

/** Nobody asks for blocks by a chaincode here. */
const noLedger: SystemLedger = { listChannels: async () => [], getInfo: nothing, getBlock: nothing, getBlockByHash: nothing, getBlockByTxId: nothing, getTransaction: nothing, getConfigBlock: nothing, getConfig: nothing };

