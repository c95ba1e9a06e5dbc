export * from './core/types';
export type * from './core/host-types';
export type * from './core/ports';
export { LedgerError, isLedgerError, type LedgerErrorCode, type LedgerErrorDetails } from './core/errors';
export {
  TransactionRefused,
  type CheckedTransaction,
  type Framework,
  type FrameworkContext,
  type FrameworkInstance,
  type ReadView,
} from './core/framework';
export type { OpenLedgerHost, OpenLedgerHostOptions } from './open-ledger-host';
