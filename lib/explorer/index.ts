export * from './client';
export { getLedgerPage, type LedgerPageInput } from './get-ledger-page';
export { getBlock } from './get-block';
export { getBlockCertificate } from './get-block-certificate';
export { getTransaction } from './get-transaction';
export { watchLedger } from './watch-ledger';
