// Fabric's system chaincodes that answer from the ledger.
export { invokeSystemChaincode, type SystemInvocation } from './invoke-system-chaincode';
export type { LedgerInfo, LedgerTransaction, SystemLedger } from './ports';
export { createSystemLedger } from './create-system-ledger';
