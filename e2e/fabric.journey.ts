import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { runQuickStart } from '../lib/connections/testing';
import { expectAccessible } from './support/axe';
import { signUp } from './support/people';
import { callAs } from './support/publications';

test.setTimeout(240_000);

test('somebody chooses a Fabric chaincode, and runs the first transaction with the kit that the browser saved', async ({ page }) => {
  await signUp(page, 'Ningbo Port Ledger');

  await test.step('the wizard offers Fabric with its ready chaincodes, and refuses a name that Fabric would', async () => {
    await page.goto('/publish');
    await page.getByRole('button', { name: 'Begin a publication' }).click();
    await page.waitForURL('**/basics');
    await page.getByLabel('Name').fill('Harbour assets');
    await page.getByRole('button', { name: 'Continue to framework' }).click();
    await page.waitForURL('**/framework');
    await page.getByRole('radio', { name: /Hyperledger Fabric/ }).check();
    await expectAccessible(page, 'framework with Fabric');
    await page.getByRole('button', { name: 'Continue to contract' }).click();
    await page.waitForURL('**/contract');
    await page.getByRole('button', { name: 'Continue to city nodes' }).click();
    await expect(page.getByText('Choose a chaincode.')).toBeVisible();
    await page.getByRole('radio', { name: /Evidence notary/ }).check();
    await page.getByLabel('Name of the chaincode').fill('my notary');
    await page.getByRole('button', { name: 'Continue to city nodes' }).click();
    await expect(page.getByText('Use letters and digits, with single hyphens or underscores in between.')).toBeVisible();
    await page.getByLabel('Name of the chaincode').fill('notary');
    await expectAccessible(page, 'chaincode');
    await page.getByRole('button', { name: 'Continue to city nodes' }).click();
    await page.waitForURL('**/city-nodes');
  });

  await test.step('a channel that runs says where its gateway is and what its chaincode does', async () => {
    const contractPackage = { kind: 'chaincode', template: 'asset-transfer', name: 'basic' };
    const { applicationId } = (await callAs(page, 'post', '/api/test-sub-chains', { name: 'Harbour assets', framework: 'fabric', contractPackage })) as { applicationId: string };
    await page.goto(`/applications/${applicationId}`);
    await expect(page.getByRole('heading', { name: 'Chaincode basic' })).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('NingboPortLedgerMSP').first()).toBeVisible();
    await expect(page.getByText('TransferAsset')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Access keys' })).toHaveCount(0);
    await expectAccessible(page, 'channel');
  });

  await test.step('its kit has everything that Fabric’s own client needs', async () => {
    await page.getByRole('button', { name: 'Make a connection kit' }).click();
    await page.getByLabel('Member').fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Make and save' }).click();
    await expect(page.getByText('Use small letters and digits')).toBeVisible();
    await page.getByLabel('Member').fill('ada');
    await expectAccessible(page, 'connection kit');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Make and save' }).click()]);
    await expect(page.getByText(`${download.suggestedFilename()} is saved.`)).toBeVisible();
    expect(await runQuickStart(readFileSync(await download.path()))).toMatch(/^CreateAsset: block \d+, validation code 0, .*\nReadAsset: \{.*"Owner":"Tom".*\}\n$/);
  });
});
