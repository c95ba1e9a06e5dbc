import { actorOf, requireApplication, type Caller } from '@/lib/access-keys';
import { recordAuditEvent } from '@/lib/audit';
import { isFinalityPossible, peersMinOf, type Finality } from '@/lib/control';
import { beginOperation, resumeOperation, ringOperation } from '@/lib/operations';
import { AppError, getDb, type Tx } from '@/lib/platform';
import { changeFinalityOperation } from './change-finality-operation';
import { finalityWords } from './finality-words';
import { findChange } from './find-change';

export interface ChangeFinalityInput {
  applicationId: string;
  finality: Finality;
}

/**
 * Begins the change of a running sub-chain to another finality mode; writes go on meanwhile. Asked again for the mode
 * of a change that failed, it lets that one go on: its approvals stand with the hosts, which take one at a time.
 *
 * @returns the operation, to be followed.
 * @throws AppError NOT_FOUND; FORBIDDEN; INVALID_INPUT for a mode that needs more peers; CONFLICT when nothing runs,
 * the mode is in force already, or another change has not come to its end.
 */
export async function changeFinality(caller: Caller, { applicationId, finality }: ChangeFinalityInput): Promise<{ operationId: string }> {
  const { organisationId } = await requireApplication(caller, applicationId, 'application.write');
  const operationId = await getDb().$transaction(async (tx) => {
    // Held to the end: of two clicks the second one finds the operation of the first.
    await tx.$queryRaw`SELECT 1 FROM "Application" WHERE id = ${applicationId} FOR UPDATE`;
    const subChain = await requireRunning(tx, { applicationId, organisationId });
    requirePossible(finality, subChain.peers.length);
    const change = await findChange(tx, applicationId);
    const resumed = change?.state === 'FAILED' && change.isBegun && change.finality === finality;
    if (change && !resumed) requireOver(change);
    if (finality === subChain.finality && !resumed) throw inForce(finality);
    const id = resumed ? change.operationId : await begin(tx, { applicationId, organisationId, startedById: caller.session.user.id, from: subChain.finality, to: finality });
    if (resumed) await resumeOperation(tx, id);
    await tx.application.update({ where: { id: applicationId }, data: { version: { increment: 1 } } });
    await recordAuditEvent(tx, {
      actor: actorOf(caller),
      organisationId,
      action: 'sub-chain.change-finality',
      subject: { type: 'application', id: applicationId },
      details: { operationId: id, from: subChain.finality, to: finality, resumed },
      requestId: caller.requestId,
    });
    return id;
  });
  await ringOperation(operationId);
  return { operationId };
}

async function requireRunning(tx: Tx, { applicationId, organisationId }: { applicationId: string; organisationId: string }) {
  const subChain = await tx.subChain.findFirst({
    where: { applicationId, state: 'RUNNING', application: { organisationId, state: 'RUNNING' } },
    select: { finality: true, peers: { where: { state: { not: 'REMOVED' } }, select: { id: true } } },
  });
  if (!subChain) throw new AppError('CONFLICT', { subject: 'sub-chain' }, { publicMessage: 'Only a running sub-chain can change its finality mode.' });
  return subChain;
}

function requirePossible(finality: Finality, peers: number): void {
  if (isFinalityPossible(finality, peers)) return;
  const message = `${capital(finalityWords[finality])} needs at least ${peersMinOf[finality]} peers; this sub-chain has ${peers}.`;
  throw new AppError('INVALID_INPUT', { fields: { finality: message } }, { publicMessage: message });
}

function requireOver({ state, isBegun, finality }: { state: string; isBegun: boolean; finality: Finality }): void {
  if (state === 'FAILED' && !isBegun) return;
  const words = finalityWords[finality];
  const publicMessage =
    state === 'FAILED'
      ? `The change to ${words} began and did not come to its end: some city nodes have approved it. Let it go on before you choose another mode.`
      : `The change to ${words} is under way. Wait until it is done.`;
  throw new AppError('CONFLICT', { subject: 'finality', state }, { publicMessage });
}

function inForce(finality: Finality): AppError<'CONFLICT'> {
  return new AppError('CONFLICT', { subject: 'finality' }, { publicMessage: `This sub-chain is ${finalityWords[finality]} already.` });
}

function begin(tx: Tx, { from, to, ...owner }: { applicationId: string; organisationId: string; startedById: string; from: Finality; to: Finality }): Promise<string> {
  return beginOperation(tx, changeFinalityOperation, { input: { applicationId: owner.applicationId, from, to }, ...owner });
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
