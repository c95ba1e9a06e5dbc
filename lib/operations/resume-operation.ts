import { AppError, type Tx } from '@/lib/platform';

/**
 * Sets a failed operation to wait again, in the caller's transaction. Steps that were done stay remembered, the one
 * that failed may try anew. The caller decides whether it may be resumed and sets its subject's state; after the
 * commit it rings the bell. CONFLICT when the operation is not FAILED any more.
 */
export async function resumeOperation(tx: Tx, operationId: string): Promise<void> {
  const moved = await tx.operation.updateMany({
    where: { id: operationId, state: 'FAILED' },
    data: { state: 'PENDING', errorCode: null, publicMessage: null, finishedAt: null, notBefore: null, version: { increment: 1 } },
  });
  if (moved.count === 0) {
    throw new AppError('CONFLICT', { subject: 'operation' }, { publicMessage: 'Only a failed operation can be resumed.' });
  }
  await tx.operationStep.updateMany({
    where: { operationId, state: 'FAILED' },
    data: { state: 'WAITING', attempts: 0, message: null, finishedAt: null },
  });
}
