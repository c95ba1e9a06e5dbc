/** States of an operation. `SUCCEEDED` and `FAILED` are final; a failed one may be resumed by its room. */
export const operationStates = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED'] as const;
export type OperationState = (typeof operationStates)[number];

export const operationStepStates = ['WAITING', 'RUNNING', 'DONE', 'FAILED'] as const;
export type OperationStepState = (typeof operationStepStates)[number];

/** PENDING → RUNNING is a claim; RUNNING → PENDING a back-off or an ended lease; FAILED → PENDING a resume. */
const moves: Record<OperationState, readonly OperationState[]> = {
  PENDING: ['RUNNING'],
  RUNNING: ['PENDING', 'SUCCEEDED', 'FAILED'],
  SUCCEEDED: [],
  FAILED: ['PENDING'],
};

export function isFinalOperation(state: OperationState): boolean {
  return state === 'SUCCEEDED' || state === 'FAILED';
}

export function canMoveOperation(from: OperationState, to: OperationState): boolean {
  return moves[from].includes(to);
}
