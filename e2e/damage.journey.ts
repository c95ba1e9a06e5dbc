import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { damagePeer } from './support/damage-peer';
import { confirmEmail, signInAsAdmin, signUp } from './support/people';
import { submitPublication } from './support/publications';

const { CHAINWORKS_TEST_DATA: data = '' } = process.env;

test.setTimeout(150_000);

// Runs after all other journeys, alone: it kills the city node that they share (playwright.config.ts).
test('a peer whose copy is damaged stops, and its publisher reads that on the application’s page', async ({ page, browser }) => {
  const somebody = await signUp(page, 'Harbour Receipts Ltd');
  await confirmEmail(page, somebody);
  const applicationId = await submitPublication(page, `Damaged ${somebody.email.slice(9, 15)}`, `0x${'11'.repeat(20)}`);

  const admin = await (await browser.newContext()).newPage();
  await signInAsAdmin(admin);
  const approved = await admin.request.post(`/api/admin/publications/${applicationId}/approve`, { data: {}, headers: { origin: new URL(admin.url()).origin } });
  expect(approved.status()).toBe(202);
  await page.goto(`/applications/${applicationId}`);
  await expect(page.getByRole('row', { name: /Paris/ })).toContainText('Open', { timeout: 30_000 });

  const detail = (await (await page.request.get(`/api/applications/${applicationId}`)).json()) as { subChain: { slug: string } };
  await page.waitForTimeout(3_000); // past the checkpoint that follows the last block
  await damagePeer(data, 'PAR', detail.subChain.slug);

  await expect(page.getByText('The peer in Paris has stopped.')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('row', { name: /Paris/ })).toContainText('Stopped');
  await expect(page.getByRole('row', { name: /Singapore/ })).toContainText('Open');
  await expectAccessible(page, 'application with a stopped peer');
});
