import { createOperationRegistry } from '@/lib/operations';
import { changeFinalityOperation, deleteOperation, movePeerOperation, provisionOperation } from '@/lib/sub-chains';

/** Every kind of operation that a worker of this release can run. */
export const operationRegistry = createOperationRegistry([provisionOperation, deleteOperation, changeFinalityOperation, movePeerOperation]);
