/** Of Fabric's TxValidationCode (peer/transaction.proto), those that are decided here. Any but `valid` has no effect on the state. */
export const ValidationCode = {
  valid: 0,
  duplicateTxId: 9,
  mvccReadConflict: 11,
  phantomReadConflict: 12,
  badRwset: 22,
  illegalWriteset: 23,
  invalidWriteset: 24,
} as const;
