import type { z } from 'zod';
import { requireApplication, type Caller } from '@/lib/access-keys';
import { controlClientOf } from '@/lib/city-nodes';
import { AppError, getDb } from '@/lib/platform';

/** Reads of one peer of an application's sub-chain. */
export interface LedgerReader {
  /** A read in the framework's protocol, its answer parsed. */
  read<S extends z.ZodType>(method: string, params: readonly unknown[], schema: S): Promise<z.output<S>>;
  /** Answers once the height is above `after`, at the latest after 20 s, with the height as it is then. */
  waitForHeight(after: number, signal: AbortSignal): Promise<number>;
}

const readMsMax = 5_000;

/**
 * A reader on the ordering peer, or on another one when that has stopped. Reads go through the control interface:
 * outside the publisher's quotas and meters.
 *
 * @throws AppError NOT_FOUND, FORBIDDEN; CONFLICT when the application has no sub-chain that can be read
 */
export async function openLedgerReader(caller: Caller, applicationId: string): Promise<LedgerReader> {
  const application = await requireApplication(caller, applicationId, 'application.read');
  const peers = await getDb().peer.findMany({
    where: { subChain: { applicationId }, state: { in: ['OPEN', 'STOPPED'] } },
    include: { host: { select: { id: true, controlUrl: true, secretCiphertext: true } }, cityNode: { select: { code: true } }, subChain: { select: { slug: true } } },
    orderBy: [{ orders: 'desc' }, { id: 'asc' }],
  });
  const peer = peers.find((one) => one.state === 'OPEN') ?? peers[0];
  if (!peer) throw new AppError('CONFLICT', { subject: 'sub-chain', state: application.state }, { publicMessage: 'The sub-chain is not running yet.' });
  const client = controlClientOf(peer.host);
  const name = { cityNode: peer.cityNode.code, chain: peer.subChain.slug };
  return {
    async read(method, params, schema) {
      return schema.parse(await client.rpc(name, method, params, { timeoutMs: readMsMax }));
    },
    waitForHeight: (after, signal) => client.waitForHeight(name, after, { signal }),
  };
}
