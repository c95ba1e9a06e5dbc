import { recordAuditEvent } from '@/lib/audit';
import { z } from 'zod';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { AppError } from '@/lib/platform';
import { loadSubChain } from '../load-sub-chain';
import type { ChangeFinalityInput } from '../operation-input';
import { validatorsAfter } from './validators-after';

const awaitedSchema = z.object({ height: z.number().int() });

/** The rows follow what the peers have done already. */
export async function recordChangeStep({ input, operationId, organisationId, resultOf }: StepContext<ChangeFinalityInput>): Promise<StepOutcome> {
  const { applicationId, from, to } = input;
  const { height } = resultOf('await-change', awaitedSchema);
  const subChain = await loadSubChain(applicationId);
  const ordering = new Set(validatorsAfter(subChain.peers, to).map(({ name }) => name));
  return {
    async commit(tx) {
      const { count } = await tx.subChain.updateMany({ where: { id: subChain.id, state: 'RUNNING' }, data: { finality: to } });
      if (count === 0) throw new AppError('CONFLICT', { subject: 'sub-chain' }, { publicMessage: 'The sub-chain is being deleted.' });
      for (const peer of subChain.peers) await tx.peer.update({ where: { id: peer.id }, data: { orders: ordering.has(peer.cityNode.code) } });
      await tx.application.update({ where: { id: applicationId }, data: { finality: to, version: { increment: 1 } } });
      await recordAuditEvent(tx, {
        actor: { kind: 'SYSTEM' },
        organisationId: organisationId ?? undefined,
        action: 'sub-chain.finality-changed',
        subject: { type: 'application', id: applicationId },
        details: { operationId, from, to, height },
      });
    },
  };
}
