import {
  chaincodeQueryResult,
  configResult,
  describeEndorsers,
  describePeer,
  findMembers,
  groupPeers,
  listPeers,
  peerMembershipResult,
  printInterest,
  queryResult,
  type ChannelPeer,
  type Interest,
} from '../discovery';
import type { SimulationView } from '../endorser';
import { FabricRefusal } from '../msp/refusal';
import type { ServicePorts } from './ports';

/** Each gives bytes of a QueryResult. */
export function answerWithError(content: string): Uint8Array {
  return queryResult.encode({ error: { content } });
}

export async function answerConfiguration({ endorser, addressOf, tlsRoots }: ServicePorts, channelId: string): Promise<Uint8Array> {
  const configBlock = await endorser.system.getConfigBlock(channelId);
  if (configBlock === undefined) return answerWithError(`failed fetching config for channel ${channelId}`);
  return queryResult.encode({ configResult: configResult({ configBlock, ordererAddress: addressOf(''), tlsRoots: tlsRoots() }) });
}

/** For each interest, sets of peers whose endorsements suffice. */
export async function answerEndorsers(ports: ServicePorts, channelId: string, interests: readonly Interest[]): Promise<Uint8Array> {
  const fault = findFault(interests);
  if (fault !== undefined) return answerWithError(fault);
  return withPeers(ports, channelId, async (view, { known, fresh }) => {
    const content: Uint8Array[] = [];
    for (const interest of interests) {
      // Before it is said that nobody suffices, those elsewhere are asked anew.
      const describe = (peers: readonly ChannelPeer[]) => describeOrNone(view, peers, interest, ports.yieldTurn);
      const descriptor = (await describe(known)) ?? (await describe(await fresh()));
      // Fabric keeps the reason to itself.
      if (descriptor === undefined) return answerWithError(`failed constructing descriptor for ${printInterest(interest)}`);
      content.push(descriptor);
    }
    return queryResult.encode({ chaincodeResult: chaincodeQueryResult.encode({ content }) });
  });
}

async function describeOrNone(view: SimulationView, peers: readonly ChannelPeer[], interest: Interest, yieldTurn: () => Promise<void>): Promise<Uint8Array | undefined> {
  try {
    return await describeEndorsers(view, peers, interest, yieldTurn);
  } catch (error) {
    if (error instanceof FabricRefusal) return undefined;
    throw error;
  }
}

function findFault(interests: readonly Interest[]): string | undefined {
  if (interests.length === 0) return 'chaincode query must have at least one chaincode interest';
  for (const { chaincodes } of interests) {
    if (chaincodes.length === 0) return 'chaincode interest must contain at least one chaincode';
    if (chaincodes.some(({ name }) => name === '')) return 'chaincode name in interest cannot be empty';
  }
  return undefined;
}

/** The peers that may run these calls; all of the channel's when there are none. */
export function answerChannelPeers(ports: ServicePorts, channelId: string, calls: Interest['chaincodes']): Promise<Uint8Array> {
  return withPeers(ports, channelId, async (view, { known }) => {
    try {
      return answerPeers(known.map(({ mspId }) => mspId), findMembers(view, known, calls).able);
    } catch (error) {
      if (error instanceof FabricRefusal) return answerWithError(error.message);
      throw error;
    }
  });
}

/** Peers here of the organisations with which one shares a channel: others are no business of it. */
export function answerLocalPeers(ports: ServicePorts, mspId: string): Uint8Array {
  const listed = [...new Set([mspId, ...ports.neighboursOf(mspId)])].flatMap((one) => {
    const signer = ports.endorser.signerOf(one);
    return signer === undefined ? [] : [{ mspId: one, bytes: describePeer(signer, { endpoint: ports.addressOf(one), nowMs: ports.nowMs() }) }];
  });
  return answerPeers([], listed);
}

/** `known`: organisations that are named even when none of their peers is among the listed. */
function answerPeers(known: readonly string[], listed: readonly { readonly mspId: string; readonly bytes: Uint8Array }[]): Uint8Array {
  const nobody = known.map((mspId): [string, Uint8Array] => [mspId, new Uint8Array(0)]);
  return queryResult.encode({ members: peerMembershipResult.encode({ peersByOrg: new Map([...nobody, ...groupPeers(listed)]) }) });
}

/** The channel's peers, on whatever host; those elsewhere as they were known, or asked anew. */
interface FoundPeers {
  readonly known: readonly ChannelPeer[];
  fresh(): Promise<readonly ChannelPeer[]>;
}

/** On one view of the channel, which goes back when it is done. */
async function withPeers(ports: ServicePorts, channelId: string, run: (view: SimulationView, peers: FoundPeers) => Promise<Uint8Array>): Promise<Uint8Array> {
  const view = await ports.endorser.openView(channelId);
  if (view === undefined) return answerWithError('access denied');
  try {
    const { elsewhere } = ports.endorser;
    return await run(view, { known: await listPeers(ports, view, await elsewhere.known(view)), fresh: async () => listPeers(ports, view, await elsewhere.fresh(view)) });
  } finally {
    view.release();
  }
}
