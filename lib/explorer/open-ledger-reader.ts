import type { z } from 'zod';
import { requireApplication, type Caller } from '@/lib/access-keys';
import { controlClientOf, isHostAlive } from '@/lib/city-nodes';
import type { BlockCertificate } from '@/lib/control';
import { AppError, getDb } from '@/lib/platform';

/** Reads of one peer of an application's sub-chain. */
export interface LedgerReader {
  /** Name of the sub-chain, part of what its peers sign. */
  readonly chain: string;
  /** Public keys of its peers by city node: DER SubjectPublicKeyInfo, base64. */
  readonly publicKeys: ReadonlyMap<string, string>;
  /** A read in the framework's protocol, its answer parsed. */
  read<S extends z.ZodType>(method: string, params: readonly unknown[], schema: S): Promise<z.output<S>>;
  /** What made the block of that height final, as the peer says. */
  certificate(height: number): Promise<BlockCertificate>;
  /** Answers once the height is above `after`, at the latest after 20 s, with the height as it is then. */
  waitForHeight(after: number, signal: AbortSignal): Promise<number>;
}

const readMsMax = 5_000;

/**
 * A reader on a peer that orders, or on another one while that has stopped or its host is away. Reads go through the control interface:
 * outside the publisher's quotas and meters.
 *
 * @throws AppError NOT_FOUND, FORBIDDEN; CONFLICT when the application has no sub-chain that can be read
 */
export async function openLedgerReader(caller: Caller, applicationId: string): Promise<LedgerReader> {
  const application = await requireApplication(caller, applicationId, 'application.read');
  const peers = await getDb().peer.findMany({
    where: { subChain: { applicationId }, state: { in: ['OPEN', 'STOPPED'] } },
    include: { host: { select: { id: true, controlUrl: true, secretCiphertext: true, lastSeenAt: true } }, cityNode: { select: { code: true } }, subChain: { select: { slug: true } } },
    orderBy: [{ orders: 'desc' }, { id: 'asc' }],
  });
  const open = peers.filter((one) => one.state === 'OPEN');
  const peer = open.find((one) => isHostAlive(one.host.lastSeenAt)) ?? open[0] ?? peers[0];
  if (!peer) throw new AppError('CONFLICT', { subject: 'sub-chain', state: application.state }, { publicMessage: 'The sub-chain is not running yet.' });
  const client = controlClientOf(peer.host);
  const name = { cityNode: peer.cityNode.code, chain: peer.subChain.slug };
  return {
    chain: name.chain,
    publicKeys: new Map(peers.flatMap(({ cityNode, publicKey }) => (publicKey === null ? [] : [[cityNode.code, publicKey] as const]))),
    certificate: (height) => client.blockCertificate(name, height, { timeoutMs: readMsMax }),
    async read(method, params, schema) {
      return schema.parse(await client.rpc(name, method, params, { timeoutMs: readMsMax }));
    },
    waitForHeight: (after, signal) => client.waitForHeight(name, after, { signal }),
  };
}
