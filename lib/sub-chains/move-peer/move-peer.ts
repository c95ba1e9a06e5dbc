import { actorOf, type Caller } from '@/lib/access-keys';
import { recordAuditEvent } from '@/lib/audit';
import type { PeerHomeName } from '@/lib/control';
import { requirePortalAdmin } from '@/lib/identity';
import { beginOperation, ringOperation } from '@/lib/operations';
import { AppError, getDb, type Tx } from '@/lib/platform';
import { movePeerInputSchema } from '../operation-input';
import { movePeerKind } from './move-peer-kind';
import { movePeerOperation } from './move-peer-operation';

export interface MovePeerWish {
  /** On which the peer lives, and stays: only its process changes. */
  readonly hostId: string;
  readonly cityNode: string;
  /** Name of the sub-chain. */
  readonly chain: string;
  readonly to: PeerHomeName;
}

/**
 * The portal admin has a peer moved to a process of its own, or back to its city node's; clients write on meanwhile. A
 * process costs its host memory: that is why no publisher does it alone.
 *
 * @returns the operation, to be followed.
 * @throws AppError FORBIDDEN; NOT_FOUND when no such peer lives there; CONFLICT when the sub-chain does not run, or a move
 * of this peer is under way.
 */
export async function movePeer(caller: Caller, { hostId, cityNode, chain, to }: MovePeerWish): Promise<{ operationId: string }> {
  requirePortalAdmin(caller.session);
  const operationId = await getDb().$transaction(async (tx) => {
    const { applicationId, organisationId } = await findRunning(tx, { hostId, cityNode, chain });
    // Held to the end: of two clicks the second one finds the operation of the first.
    await tx.$queryRaw`SELECT 1 FROM "Application" WHERE id = ${applicationId} FOR UPDATE`;
    await requireNoMove(tx, applicationId, cityNode);
    const id = await beginOperation(tx, movePeerOperation, { input: { applicationId, cityNode, to }, applicationId, organisationId, startedById: caller.session.user.id });
    await recordAuditEvent(tx, {
      actor: actorOf(caller),
      organisationId,
      action: 'sub-chain.move-peer',
      subject: { type: 'application', id: applicationId },
      details: { operationId: id, cityNode, to },
      requestId: caller.requestId,
    });
    return id;
  });
  await ringOperation(operationId);
  return { operationId };
}

async function findRunning(tx: Tx, { hostId, cityNode, chain }: Omit<MovePeerWish, 'to'>): Promise<{ applicationId: string; organisationId: string }> {
  const subChain = await tx.subChain.findFirst({
    where: { slug: chain, peers: { some: { hostId, cityNode: { code: cityNode }, state: { not: 'REMOVED' } } } },
    select: { applicationId: true, state: true, application: { select: { organisationId: true } } },
  });
  if (!subChain) throw new AppError('NOT_FOUND', { subject: 'peer' }, { publicMessage: 'No peer of this sub-chain lives there.' });
  if (subChain.state !== 'RUNNING') throw new AppError('CONFLICT', { subject: 'sub-chain' }, { publicMessage: 'Only peers of a running sub-chain can move.' });
  return { applicationId: subChain.applicationId, organisationId: subChain.application.organisationId };
}

async function requireNoMove(tx: Tx, applicationId: string, cityNode: string): Promise<void> {
  const open = await tx.operation.findMany({ where: { applicationId, kind: movePeerKind, state: { in: ['PENDING', 'RUNNING'] } }, select: { input: true } });
  if (open.every(({ input }) => movePeerInputSchema.parse(input).cityNode !== cityNode)) return;
  throw new AppError('CONFLICT', { subject: 'move' }, { publicMessage: 'This peer is on its way already. Wait until it is there.' });
}
