import { expect, test } from '@playwright/test';
import { createPublicClient, createWalletClient, defineChain, http, parseAbi } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { expectAccessible } from './support/axe';
import { confirmEmail, signInAsAdmin, signUp } from './support/people';
import { submitPublication } from './support/publications';
import { copied } from './support/run-snippet';

const erc20 = parseAbi(['function transfer(address to, uint256 value) returns (bool)', 'function balanceOf(address) view returns (uint256)', 'function symbol() view returns (string)']);

test.setTimeout(240_000);

test('an admin approves, every step is shown live, and stock viem uses the contract on both city nodes', async ({ page, browser }) => {
  const account = privateKeyToAccount(generatePrivateKey());
  const somebody = await signUp(page, 'Harbour Receipts Ltd');
  await confirmEmail(page, somebody);
  const name = `Harbour receipts ${somebody.email.slice(9, 15)}`;
  const applicationId = await submitPublication(page, name, account.address);
  await page.goto(`/applications/${applicationId}`);
  await expect(page.getByRole('heading', { level: 1, name: `${name} waits for approval` })).toBeVisible();
  await expectAccessible(page, 'waiting for approval');

  const admin = await (await browser.newContext()).newPage();
  await test.step('the admin sees what is asked for and by whom; a second decision comes too late', async () => {
    await signInAsAdmin(admin);
    await admin.getByRole('searchbox').fill(name);
    await admin.getByRole('searchbox').press('Enter');
    await admin.getByRole('link', { name }).first().click();
    await expect(admin.getByText('Harbour credit').first()).toBeVisible();
    await expect(admin.getByText(somebody.email).first()).toBeVisible();
    await expect(admin.getByText(/TEST/).first()).toBeVisible();
    await expectAccessible(admin, 'publication in the queue');
    const late = await admin.context().newPage();
    await late.goto(admin.url());
    await admin.getByRole('button', { name: 'Approve and open' }).dblclick();
    await late.getByRole('button', { name: 'Reject', exact: true }).click();
    await late.getByLabel('Reason').fill('The description does not say who may use it.');
    await late.getByRole('button', { name: 'Reject and refund' }).click();
    await expect(late.getByText(/came too late/)).toBeVisible();
    await late.close();
  });

  await test.step('the publisher’s page follows by itself until the sub-chain runs', async () => {
    await expect(page.getByText('Running', { exact: true }).first()).toBeVisible({ timeout: 30_000 });
    await expect(page.getByRole('heading', { name: 'Peers by city' })).toBeVisible();
    await expect(page.getByRole('row', { name: /Singapore/ })).toContainText('Open');
    await expect(page.getByRole('row', { name: /Paris/ })).toContainText('Open');
    await expectAccessible(page, 'running application');
    await admin.goto('/admin/operations');
    await expect(admin.getByRole('table')).toContainText('Done');
    await admin.goto(`/admin/audit?action=application.`);
    await expect(admin.getByRole('table')).toContainText('application.approve');
    await expectAccessible(admin, 'audit list');
  });

  await test.step('stock viem transfers the token at one city node and reads it at the other', async () => {
    await page.getByRole('link', { name: 'Access keys', exact: true }).first().click();
    await page.getByRole('button', { name: 'Make an access key' }).first().click();
    await page.getByRole('dialog').getByLabel('Label').fill('viem');
    await page.getByRole('dialog').getByRole('button', { name: 'Make an access key' }).click();
    await expect(page.getByText(/Copy the key now/)).toBeVisible();
    const key = await copied(page, 'Copy access key');
    const detail = (await (await page.request.get(`/api/applications/${applicationId}`)).json()) as {
      subChain: { chainId: string; contractAddress: `0x${string}`; endpoints: { cityNode: string; url: string }[] };
    };
    const { chainId, contractAddress, endpoints } = detail.subChain;
    const [ordering, following] = endpoints.map(({ url }) => http(url, { fetchOptions: { headers: { 'x-api-key': key } } }));
    const chain = defineChain({ id: Number(chainId), name, nativeCurrency: { name: 'Unit', symbol: 'UNIT', decimals: 18 }, rpcUrls: { default: { http: [endpoints[0]!.url] } } });
    const wallet = createWalletClient({ account, chain, transport: following! });
    const reader = createPublicClient({ chain, transport: ordering!, pollingInterval: 100 });
    const to = `0x${'22'.repeat(20)}` as const;
    const hash = await wallet.writeContract({ address: contractAddress, abi: erc20, functionName: 'transfer', args: [to, 5n] });
    expect((await reader.waitForTransactionReceipt({ hash })).status).toBe('success');
    expect(await reader.readContract({ address: contractAddress, abi: erc20, functionName: 'balanceOf', args: [to] })).toBe(5n);
    expect(await reader.readContract({ address: contractAddress, abi: erc20, functionName: 'symbol' })).toBe('HBC');

    await page.goto(`/applications/${applicationId}/transactions/${hash}`);
    await expect(page.getByText(hash.slice(0, 6)).first()).toBeVisible();
    await page.goto(`/applications/${applicationId}`);
    await expect(page.getByRole('meter', { name: /Transactions/ })).toBeVisible();
  });

  await test.step('the invoice says TEST and what was paid; the city node shows the peer', async () => {
    await page.goto('/invoices');
    await expect(page.getByText(/TEST-/).first()).toBeVisible();
    await page.getByRole('link', { name: /TEST-/ }).first().click();
    await expect(page.getByText('US$365.00').first()).toBeVisible();
    await expectAccessible(page, 'invoice');
    await page.goto('/city-nodes/SIN');
    await expect(page.getByText(/city nodes/i).first()).toBeVisible();
    await expectAccessible(page, 'city node');
  });
});
