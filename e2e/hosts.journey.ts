import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { signInAsAdmin, signUp } from './support/people';
import { copied, runSnippet } from './support/run-snippet';

test.setTimeout(180_000);

/** The sub-chain that somebody has just opened and used: its name in the ledger, and the program that uses it. */
async function givenUsedSubChain(page: Page): Promise<{ subChain: string; snippet: string }> {
  await signUp(page, 'Harbour Gauges');
  await page.getByRole('button', { name: 'Open a test sub-chain' }).click();
  await expect(page.getByText('The key is in it.')).toBeVisible();
  const snippet = await copied(page, 'Copy');
  expect(await runSnippet(snippet)).toContain('success');
  const slug = /\/[a-z]{3,4}\/([a-z0-9-]+)/.exec(snippet)?.[1];
  if (!slug) throw new Error('the snippet names no sub-chain');
  return { subChain: slug, snippet };
}

test('an admin sees what a sub-chain takes of its host, in any order, and a publisher does not', async ({ page, browser }) => {
  const { subChain, snippet } = await givenUsedSubChain(page);
  const publisherSees = await page.goto('/admin/hosts');
  expect(publisherSees?.status()).toBe(404);

  const admin = await (await browser.newContext()).newPage();
  await signInAsAdmin(admin);
  await admin.getByRole('link', { name: 'Hosts', exact: true }).first().click();
  await expect(admin.getByRole('heading', { level: 1, name: /host/ })).toBeVisible();
  await expect(admin.getByRole('table')).toContainText('Answers');
  await expectAccessible(admin, 'hosts');
  await admin.getByRole('table').getByRole('link').first().click();

  await test.step('each figure is measured: disk, memory, transactions, calls', async () => {
    await expect(admin.getByRole('heading', { level: 1, name: /of one processor core/ })).toBeVisible();
    await expect(admin.getByRole('heading', { name: 'The process', exact: true })).toBeVisible();
    await admin.getByRole('searchbox').fill(subChain);
    const line = admin.getByRole('row', { name: new RegExp(subChain) });
    await expect(admin.getByRole('heading', { name: '1 peer', exact: true })).toBeVisible();
    await expect(line).toContainText('Running');
    await expect(line).toContainText('kB');
    await expectAccessible(admin, 'what a sub-chain takes');
  });

  await test.step('the admin runs it in a process of its own, and takes it back: the page says where it is and what that costs', async () => {
    const line = admin.getByRole('row', { name: new RegExp(subChain) });
    await line.getByRole('button', { name: /^Give own process/ }).click();
    const dialog = admin.getByRole('dialog');
    await expect(dialog).toContainText('takes memory of its own');
    await expectAccessible(admin, 'before a peer moves');
    await dialog.getByRole('button', { name: 'Run in its own process' }).click();
    await expect(dialog).toBeHidden();
    await expect(line).toContainText(/Own process, [\d.]+ MB/, { timeout: 60_000 });
    await expect(line).toContainText('Running');
    await expectAccessible(admin, 'a peer in its own process');
    expect(await runSnippet(snippet)).toContain('success');
    await line.getByRole('button', { name: /^Take back/ }).click();
    await admin.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click();
    await expect(line).not.toContainText('Own process,', { timeout: 60_000 });
    await expect(line.getByRole('button', { name: /^Give own process/ })).toBeVisible({ timeout: 60_000 });
    expect(await runSnippet(snippet)).toContain('success');
  });

  await test.step('a column’s head sorts, by keyboard too, and the address keeps it', async () => {
    await admin.getByRole('searchbox').fill('');
    await expect(admin).toHaveURL(({ searchParams }) => !searchParams.has('search'));
    await admin.getByRole('columnheader', { name: 'Disk', exact: true }).getByRole('link').press('Enter');
    await expect(admin).toHaveURL(/sort=disk/);
    await expect(admin.getByRole('columnheader', { name: 'Disk', exact: true })).toHaveAttribute('aria-sort', 'descending');
    await admin.reload();
    await expect(admin.getByRole('columnheader', { name: 'Disk', exact: true })).toHaveAttribute('aria-sort', 'descending');
  });

  await test.step('a search that finds nothing says what to do', async () => {
    await admin.getByRole('searchbox').fill('nobody-is-called-so');
    await expect(admin.getByText('No sub-chain is called so')).toBeVisible();
  });
});
