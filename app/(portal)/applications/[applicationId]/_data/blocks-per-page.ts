/** Blocks on a page of the ledger; the explorer gives no more at once. */
export const blocksPerPage = 25;
