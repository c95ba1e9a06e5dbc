import { assert, createId, type Tx } from '@/lib/platform';

export interface MoneyPosting {
  book: 'TEST' | 'LIVE';
  /** What happened, once: `payment:pay_…`, `refund:pay_…`. A second entry with it violates a unique key. */
  reference: string;
  /** ISO 4217, of all lines. */
  currency: string;
  /** Positive debits, negative credits; they sum to zero. */
  lines: { account: string; amountMinor: bigint }[];
}

/** Account codes. Clearing: money at the card provider (asset). Prepaid: paid and not yet earned (liability). */
export const moneyAccounts = {
  cardClearing: 'card-clearing',
  prepaid: (organisationId: string) => `prepaid:${organisationId}`,
} as const;

/** Writes one entry of the double-entry journal in the caller's transaction; a deferred trigger checks it again. */
export async function postMoneyEntry(tx: Tx, posting: MoneyPosting): Promise<void> {
  const { book, reference, currency, lines } = posting;
  assert(lines.length >= 2, 'an entry has at least two lines');
  assert(lines.every((line) => line.amountMinor !== 0n), 'no line is empty');
  assert(lines.reduce((sum, line) => sum + line.amountMinor, 0n) === 0n, 'an entry sums to zero');

  const codes = [...new Set(lines.map((line) => line.account))].toSorted();
  await tx.moneyAccount.createMany({
    data: codes.map((code) => ({ id: createId('moneyAccount'), book, code })),
    skipDuplicates: true,
  });
  const accounts = await tx.moneyAccount.findMany({ where: { book, code: { in: codes } } });
  const idOf = new Map(accounts.map((account) => [account.code, account.id]));

  const entryId = createId('moneyEntry');
  await tx.moneyEntry.create({ data: { id: entryId, book, reference } });
  await tx.moneyLine.createMany({
    data: lines.map(({ account, amountMinor }) => {
      const accountId = idOf.get(account);
      assert(accountId, `account ${account} exists`);
      return { id: createId('moneyLine'), entryId, accountId, amountMinor, currency };
    }),
  });
}
