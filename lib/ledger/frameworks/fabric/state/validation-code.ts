/** Of Fabric's TxValidationCode (peer/transaction.proto), those that are decided here. Any but `valid` has no effect on the state. */
export const ValidationCode = {
  valid: 0,
  mvccReadConflict: 11,
  phantomReadConflict: 12,
  duplicateTxId: 9,
  invalidWriteset: 16,
  illegalWriteset: 21,
  badRwset: 22,
} as const;
