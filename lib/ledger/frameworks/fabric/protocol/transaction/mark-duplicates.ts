import { VALIDATION_CODES, type ValidationCode } from './validation-codes';

/**
 * Of the transactions of one block that are valid by form and policy, each name counts once: later ones become
 * `DUPLICATE_TXID`, before their reads are looked at (core/committer/txvalidator/v20/validator.go, markTXIdDuplicates).
 * `txIds` in the block's order, undefined for a transaction without a name.
 */
export function markDuplicates(codes: readonly ValidationCode[], txIds: readonly (string | undefined)[]): readonly ValidationCode[] {
  const seen = new Set<string>();
  return codes.map((code, index) => {
    const txId = txIds[index];
    if (code !== VALIDATION_CODES.VALID || txId === undefined || txId === '') return code;
    if (seen.has(txId)) return VALIDATION_CODES.DUPLICATE_TXID;
    seen.add(txId);
    return code;
  });
}
