import { recordAuditEvent } from '@/lib/audit';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { assert } from '@/lib/platform';
import type { DeleteInput } from '../operation-input';
import { loadSubChain } from '../load-sub-chain';

/** The places are free again, and the application is deleted. Its rows stay, for the books and the audit. */
export async function releasePlacementStep({ input, organisationId }: StepContext<DeleteInput>): Promise<StepOutcome> {
  const { applicationId, cause } = input;
  const { id: subChainId } = await loadSubChain(applicationId);
  return {
    async commit(tx) {
      await tx.peer.updateMany({ where: { subChainId }, data: { state: 'REMOVED', problem: null } });
      await tx.subChain.update({ where: { id: subChainId }, data: { state: 'CLOSED' } });
      const { count } = await tx.application.updateMany({
        where: { id: applicationId, state: 'DELETING' },
        data: { state: 'DELETED', stateReason: null, deletedAt: new Date(), version: { increment: 1 } },
      });
      assert(count === 1, `application ${applicationId} is being deleted`);
      await recordAuditEvent(tx, {
        actor: { kind: 'SYSTEM' },
        organisationId: organisationId ?? undefined,
        action: 'application.deleted',
        subject: { type: 'application', id: applicationId },
        details: { cause },
      });
    },
  };
}
