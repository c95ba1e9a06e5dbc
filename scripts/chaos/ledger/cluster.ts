import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { AccessKeyRecord, Finality, OpenChain } from '@/lib/control';
import { createAccessKeySecret, formatAccessKey, formatEndpoint, hashAccessKeySecret } from '@/lib/gateway';
import { createTestAuthority } from '@/lib/x509/testing';
import { registerCode } from './account';
import type { Door } from './call-gateway';
import type { Network } from './network';
import { Node } from './node';

/** Four city nodes are enough to lose one, and to be halved. */
const cityNodes = ['SIN', 'PAR', 'JNB', 'HKG'];

export interface Cluster {
  readonly nodes: readonly Node[];
  readonly chain: string;
  readonly chainId: number;
  /** The contract of the load, and the transaction that deployed it. */
  readonly register: `0x${string}`;
  readonly deployment: string;
  /** Public keys of the peers, DER, in the order of genesis; those that order sign certificates. */
  readonly peers: OpenChain['peers'];
  readonly doors: ReadonlyMap<string, Door>;
}

export interface ClusterOptions {
  readonly network: Network;
  readonly directory: string;
  readonly logs: string;
  readonly finality: Finality;
  readonly seed: number;
}

/** Starts the city-node processes and opens one sub-chain over all of them, as the portal does. */
export async function openCluster({ network, directory, logs, finality, seed }: ClusterOptions): Promise<Cluster> {
  const pepper = randomBytes(32);
  const authority = createTestAuthority();
  const nodes = network.places.map((place) => {
    const cityNode = cityNodes[place.index] ?? `N${place.index}X`;
    return new Node({ place, cityNode, directory: path.join(directory, cityNode), logFile: path.join(logs, `${cityNode}.log`), accessKeyPepper: pepper.toString('base64'), authority });
  });
  for (const node of nodes) node.start();
  await Promise.all(nodes.map((node) => node.untilReady()));
  await Promise.all(nodes.map((node) => node.certify()));

  const chain = `chaos-${seed}`;
  const chainId = 2 ** 41 + seed;
  const peers = await Promise.all(
    nodes.map(async ({ cityNode, client, join, channelAddress }, index) => ({
      cityNode,
      publicKey: (await client.createPeer({ chain, cityNode })).publicKey,
      orders: finality !== 'solo' || index === 0,
      hostId: join.hostId,
      channelAddress,
    })),
  );
  const genesis: OpenChain = {
    framework: 'ethereum',
    config: { chainId: String(chainId) },
    genesisTimeMs: Date.now(),
    finality,
    peers,
    limits: { transactionsPerSecond: 10_000, transactionBurst: 10_000, requestsPerSecond: 100_000, requestBurst: 100_000, period: 'total', storageBytesMax: 1e10 },
  };
  await Promise.all(nodes.map(({ client, cityNode }) => client.openChain({ chain, cityNode }, genesis)));
  const [first] = nodes;
  if (!first) throw new Error('a cluster has nodes');
  const { contractAddress, transactionHash, succeeded } = await first.client.deploy({ chain, cityNode: first.cityNode }, registerCode);
  if (!succeeded) throw new Error('the contract of the load could not be deployed');

  const { record, text } = makeAccessKey(chain, pepper);
  await Promise.all(nodes.map(({ client }) => client.putAccessKey(record)));
  const doors = new Map(nodes.map(({ cityNode, gatewayUrl }) => [cityNode, { url: formatEndpoint(gatewayUrl, cityNode, chain), accessKey: text }]));
  return { nodes, chain, chainId, register: contractAddress as `0x${string}`, deployment: transactionHash, peers, doors };
}

function makeAccessKey(chain: string, pepper: Uint8Array): { record: AccessKeyRecord; text: string } {
  const secret = createAccessKeySecret();
  const id = `ck_${randomBytes(13).toString('hex')}`;
  const secretHmac = Buffer.from(hashAccessKeySecret(pepper, secret)).toString('base64');
  return { record: { id, chain, kind: 'header', scope: 'write', secretHmac, origins: [], revoked: false, version: 1 }, text: formatAccessKey({ id, secret }) };
}
