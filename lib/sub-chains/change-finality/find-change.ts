import type { Finality } from '@/lib/control';
import type { Tx } from '@/lib/platform';
import { changeFinalityInputSchema } from '../operation-input';
import { changeFinalityKind } from './change-finality-kind';

export interface FoundChange {
  operationId: string;
  /** Wanted. */
  finality: Finality;
  state: 'PENDING' | 'RUNNING' | 'FAILED';
  /** Why it failed. */
  reason: string | null;
  /** A host may have approved it: it has to come to its end before another one may begin. */
  isBegun: boolean;
}

/** The newest change of finality, unless it succeeded. */
export async function findChange(db: Pick<Tx, 'operation'>, applicationId: string): Promise<FoundChange | null> {
  const row = await db.operation.findFirst({
    where: { applicationId, kind: changeFinalityKind },
    orderBy: { id: 'desc' },
    select: { id: true, state: true, input: true, publicMessage: true, steps: { where: { name: 'approve-change' }, select: { attempts: true } } },
  });
  if (!row || row.state === 'SUCCEEDED') return null;
  return {
    operationId: row.id,
    finality: changeFinalityInputSchema.parse(row.input).to,
    state: row.state,
    reason: row.state === 'FAILED' ? row.publicMessage : null,
    isBegun: row.steps.some((step) => step.attempts > 0),
  };
}
