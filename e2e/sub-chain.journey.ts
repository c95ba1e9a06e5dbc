import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { signUp } from './support/people';
import { copied, runSnippet } from './support/run-snippet';

test.setTimeout(240_000);

const find = async (page: Page, text: string) => {
  await page.getByRole('searchbox', { name: 'Find a block or a transaction' }).fill(text);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
};

/** What the gateway answers to `eth_blockNumber` with this key. */
const askHeight = async (page: Page, url: string, key: string) =>
  (await page.request.post(url, { headers: { 'x-api-key': key }, data: { jsonrpc: '2.0', id: 1, method: 'eth_blockNumber', params: [] } })).status();

test('somebody looks through a test sub-chain, makes and revokes a key, and deletes it', async ({ page }) => {
  let applicationPath = '';

  await test.step('a double click opens one sub-chain, not two', async () => {
    await signUp(page, 'Ningbo Port Logistics');
    await page.getByRole('button', { name: 'Open a test sub-chain' }).dblclick();
    await expect(page.getByText('The key is in it.')).toBeVisible();
    expect(await runSnippet(await copied(page, 'Copy'))).toContain('success');
    await expect(page.getByText('First transaction committed')).toBeVisible();
    await page.goto('/applications');
    await expect(page.getByRole('heading', { name: '1 application is running' })).toBeVisible();
    await expectAccessible(page, 'applications');
    await page.getByRole('searchbox').fill('no such name');
    await expect(page.getByText('Nothing matches')).toBeVisible();
    await page.getByRole('link', { name: 'Show all' }).click();
    await expect(page.getByRole('searchbox')).toHaveValue('');
    await page.getByRole('link', { name: 'Test sub-chain', exact: true }).click();
    // One block a transaction, and those that its client waited for.
    await expect(page.getByText(/is open at height [2-9]/)).toBeVisible();
    applicationPath = new URL(page.url()).pathname;
  });

  await test.step('a transaction and its block have pages', async () => {
    await page.getByRole('table', { name: 'Transactions' }).getByRole('link').first().click();
    await expect(page.getByRole('heading', { name: '0 wei transferred' })).toBeVisible();
    const block = page.getByRole('main').getByRole('link', { name: /^\d+$/ });
    const height = await block.innerText();
    await block.click();
    await expect(page.getByRole('heading', { name: `Block ${height}`, exact: true })).toBeVisible();
    await expect(page.getByText(`One peer signed the header of block ${height}`)).toBeVisible();
    await expectAccessible(page, 'block');
  });

  await test.step('what does not exist is not found, and a wrong search is told where it was typed', async () => {
    expect((await page.goto(`${applicationPath}x`))?.status()).toBe(404);
    await expectAccessible(page, 'not found');
    await page.goto(`${applicationPath}/blocks/999`);
    await expect(page.getByRole('heading', { name: 'There is nothing at this address' })).toBeVisible();
    await page.goto(`${applicationPath}/blocks`);
    await find(page, 'two');
    await expect(page.getByText('A height in digits, or a hash')).toBeVisible();
    await find(page, '1');
    await expect(page.getByRole('heading', { name: 'Block 1' })).toBeVisible();
  });

  await test.step('a mistake in the form of a key is told at its field, and what was typed stays', async () => {
    await page.goto(`${applicationPath}/keys`);
    await expect(page.getByRole('heading', { name: '1 access key' })).toBeVisible();
    await page.getByRole('button', { name: 'Make an access key' }).click();
    await page.getByLabel('Label').fill('reporting');
    await page.getByLabel(/Allowed origins/).fill('https://app.example/page');
    await page.getByRole('dialog').getByRole('button', { name: 'Make an access key' }).click();
    await expect(page.getByText('An origin has scheme, host and no path')).toBeVisible();
    await expect(page.getByLabel('Label')).toHaveValue('reporting');
    await expectAccessible(page, 'a mistake in the dialog');
  });

  await test.step('the key is shown once, works, and is refused within 5 s of its revocation', async () => {
    await page.getByLabel(/Allowed origins/).fill('https://app.example');
    await page.getByRole('dialog').getByRole('button', { name: 'Make an access key' }).click();
    await expect(page.getByRole('heading', { name: 'Copy the key now. It is shown this once.' })).toBeVisible();
    await expectAccessible(page, 'a new key');
    const key = await copied(page, 'Copy access key');
    const url = /http:\/\/[\w.:]+\/[a-z]{3,4}\/[a-z]+-\d+/.exec(await page.locator('.code').innerText())?.[0] ?? '';
    expect(await askHeight(page, url, key)).toBe(200);
    await page.getByRole('button', { name: 'Revoke reporting' }).click();
    await page.getByRole('dialog').getByRole('textbox').fill('reporting');
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke the key' }).click();
    await expect(page.getByRole('row', { name: /reporting/ }).getByText('Revoked')).toBeVisible();
    await expect.poll(() => askHeight(page, url, key), { timeout: 5_000 }).toBe(401);
    await page.reload();
    expect(await page.content()).not.toContain(key);
  });

  await test.step('it is deleted only after its whole name was typed', async () => {
    await page.goto(`${applicationPath}/settings`);
    await expectAccessible(page, 'settings');
    await page.getByRole('button', { name: 'Delete the application' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Test');
    await dialog.getByRole('button', { name: 'Delete the application' }).click();
    await expect(dialog.getByText('Does not match')).toBeVisible();
    await dialog.getByRole('textbox').fill('Test sub-chain');
    await dialog.getByRole('button', { name: 'Delete the application' }).click();
    await expect(page.getByRole('heading', { name: 'Test sub-chain was deleted' })).toBeVisible();
    await page.goto('/applications');
    await expect(page.getByRole('heading', { name: 'No application yet' })).toBeVisible();
    await expectAccessible(page, 'no application');
  });
});
