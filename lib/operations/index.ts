export * from './client';
export { beginOperation, type BeginOperation } from './begin-operation';
export { ringOperation } from './ring-operation';
export { runOperation, type RunOptions } from './run-operation';
export { reconcileOperations } from './reconcile-operations';
export { resumeOperation } from './resume-operation';
export { watchOperation } from './watch-operation';
export { getOperation, listOperations, findLatestOperation, type ListOperations, type OperationScope } from './queries';
export { LeaseKeeper, LeaseLost, leaseMs } from './lease-keeper';
export { canHeal, stepAttemptsMax, type OperationFailure } from './retry-policy';
export {
  defineOperation,
  createOperationRegistry,
  type AnyOperationDefinition,
  type OperationDefinition,
  type OperationRegistry,
  type OperationSubject,
  type StepContext,
  type StepDefinition,
  type StepOutcome,
} from './definition';
