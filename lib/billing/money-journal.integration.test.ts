import { createId, getDb } from '@/lib/platform';
import { beforeEach, describe, expect, it } from 'vitest';
import { moneyAccounts, postMoneyEntry } from './post-money-entry';
import { givenOrganisation } from './testing/billing-fixture';

let organisationId: string;

beforeEach(async () => {
  organisationId = (await givenOrganisation()).organisationId;
});

const posting = (amounts: [bigint, bigint]) => ({
  book: 'TEST' as const,
  reference: `test:${createId('moneyEntry')}`,
  currency: 'USD',
  lines: [
    { account: moneyAccounts.cardClearing, amountMinor: amounts[0] },
    { account: moneyAccounts.prepaid(organisationId), amountMinor: amounts[1] },
  ],
});

/** Writes rows past postMoneyEntry, as a careless later verb or a psql session would. */
async function writeRaw(lines: { amountMinor: bigint; currency: string; book?: 'TEST' | 'LIVE' }[]) {
  const entryId = createId('moneyEntry');
  await getDb().$transaction(async (tx) => {
    await tx.moneyEntry.create({ data: { id: entryId, book: 'TEST', reference: `raw:${entryId}` } });
    for (const { amountMinor, currency, book = 'TEST' } of lines) {
      const code = `raw:${createId('moneyAccount')}`;
      const account = await tx.moneyAccount.create({ data: { id: createId('moneyAccount'), book, code } });
      await tx.moneyLine.create({ data: { id: createId('moneyLine'), entryId, accountId: account.id, amountMinor, currency } });
    }
  });
}

describe('postMoneyEntry', () => {
  it('writes an entry whose lines sum to zero', async () => {
    const entry = posting([5n, -5n]);
    await getDb().$transaction((tx) => postMoneyEntry(tx, entry));
    const lines = await getDb().moneyLine.findMany({ where: { entry: { reference: entry.reference } } });
    expect(lines.map((line) => line.amountMinor).toSorted()).toEqual([-5n, 5n]);
  });

  it('refuses one that does not, before anything is written', async () => {
    const entry = posting([5n, -4n]);
    await expect(getDb().$transaction((tx) => postMoneyEntry(tx, entry))).rejects.toThrow('sums to zero');
    expect(await getDb().moneyEntry.count({ where: { reference: entry.reference } })).toBe(0);
  });

  it('takes one reference once', async () => {
    const entry = posting([5n, -5n]);
    await getDb().$transaction((tx) => postMoneyEntry(tx, entry));
    await expect(getDb().$transaction((tx) => postMoneyEntry(tx, entry))).rejects.toMatchObject({ code: 'P2002' });
  });

  it('makes one account when first payments of an organisation come at once', async () => {
    const entries = Array.from({ length: 6 }, () => posting([1n, -1n]));
    await Promise.all(entries.map((entry) => getDb().$transaction((tx) => postMoneyEntry(tx, entry))));
    expect(await getDb().moneyAccount.count({ where: { code: moneyAccounts.prepaid(organisationId) } })).toBe(1);
  });
});

describe('the journal in the database', () => {
  it('accepts a raw entry that balances per currency', async () => {
    await writeRaw([
      { amountMinor: 7n, currency: 'USD' },
      { amountMinor: -7n, currency: 'USD' },
      { amountMinor: 3n, currency: 'EUR' },
      { amountMinor: -3n, currency: 'EUR' },
    ]);
  });

  it.each([
    ['does not balance', [{ amountMinor: 7n, currency: 'USD' }, { amountMinor: -6n, currency: 'USD' }], 'does not sum to zero'],
    ['balances across currencies only', [{ amountMinor: 7n, currency: 'USD' }, { amountMinor: -7n, currency: 'EUR' }], 'does not sum to zero'],
    ['has no lines', [], 'fewer than two lines'],
    ['mixes test and live money', [{ amountMinor: 7n, currency: 'USD' }, { amountMinor: -7n, currency: 'USD', book: 'LIVE' as const }], 'mixes books'],
  ])('refuses an entry that %s', async (_what, lines, words) => {
    await expect(writeRaw(lines)).rejects.toThrow(words);
  });

  it('never changes or forgets a line, an entry or an account', async () => {
    await getDb().$transaction((tx) => postMoneyEntry(tx, posting([5n, -5n])));
    for (const table of ['MoneyLine', 'MoneyEntry', 'MoneyAccount']) {
      await expect(getDb().$executeRawUnsafe(`UPDATE "${table}" SET id = id`)).rejects.toThrow('never changed or deleted');
      await expect(getDb().$executeRawUnsafe(`DELETE FROM "${table}"`)).rejects.toThrow('never changed or deleted');
      await expect(getDb().$executeRawUnsafe(`TRUNCATE "${table}" CASCADE`)).rejects.toThrow('never changed or deleted');
    }
  });
});
