import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { signUp } from './support/people';
import { copied, runSnippet } from './support/run-snippet';

test.setTimeout(180_000);

test('a developer signs up, opens a test sub-chain, runs a snippet and sees the transaction arrive', async ({ page }) => {
  await signUp(page, 'Tidewater');

  await test.step('one click opens a sub-chain, without a confirmed address and without a card', async () => {
    await expectAccessible(page, 'first minute');
    await page.getByRole('button', { name: 'Open a test sub-chain' }).dblclick();
    await expect(page.getByRole('heading', { level: 1, name: /is running/ })).toBeVisible({ timeout: 30_000 });
  });

  await test.step('the snippet of viem runs as it stands, and its transaction arrives by itself', async () => {
    await expect(page.getByText('Waiting for the first transaction')).toBeVisible();
    await expect(page.getByText('The key is in it.')).toBeVisible();
    const code = await copied(page, 'Copy');
    expect(code).toContain('viem');
    expect(code).toMatch(/ck_[0-9a-z]+\.[\w-]{20,}/);
    const output = await runSnippet(code);
    const hash = /0x[0-9a-f]{64}/.exec(output)?.[0];
    expect(hash, output).toBeDefined();
    await expect(page.getByText('First transaction committed')).toBeVisible();
    await expect(page.getByText(/Transaction in block \d+/)).toBeVisible();
    await expectAccessible(page, 'first transaction');
  });

  await test.step('so does the snippet of ethers, with the same key', async () => {
    await page.getByRole('tab', { name: 'ethers' }).click();
    const output = await runSnippet(await copied(page, 'Copy'));
    expect(output).toMatch(/0x[0-9a-f]{64}/);
  });

  await test.step('the key is shown once: after a reload the snippet names a variable and another key can be made', async () => {
    await page.reload();
    await expect(page.getByText('CHAINWORKS_KEY').first()).toBeVisible();
    expect(await page.content()).not.toMatch(/ck_[0-9a-z]+\.[\w-]{20,}/);
    await page.getByRole('button', { name: 'Make a key' }).click();
    await expect(page.getByText('The key is in it.')).toBeVisible();
    expect(await copied(page, 'Copy')).toMatch(/ck_[0-9a-z]+\.[\w-]{20,}/);
  });

  await test.step('its page shows both transactions, a page of each, and what was counted', async () => {
    await page.getByRole('link', { name: /Look at your sub-chain/ }).click();
    await expect(page.getByRole('heading', { name: 'Latest transactions' })).toBeVisible();
    await expectAccessible(page, 'overview of a running application');
    const rows = page.getByRole('table', { name: /transactions/i }).getByRole('row');
    await expect(rows).toHaveCount(4); // head, the portal's own check, and one of each client
    await rows.nth(1).getByRole('link').first().click();
    await page.waitForURL('**/transactions/0x*');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page, 'transaction');
    await page.goBack();
    await expect(page.getByRole('meter', { name: /Requests/ })).toBeVisible();
  });

  await test.step('deleting it asks for its name, then removes it', async () => {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Delete the application' }).click();
    const confirm = page.getByRole('dialog').getByRole('button', { name: /Delete/ });
    await confirm.click();
    await expect(page.getByRole('dialog').getByText(/Test sub-chain/).first()).toBeVisible();
    await page.getByRole('dialog').getByRole('textbox').fill('Test sub-chain');
    await confirm.click();
    await expect(page.getByText(/was deleted/)).toBeVisible({ timeout: 30_000 });
  });
});
