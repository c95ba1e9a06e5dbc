import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { damagePeer } from './support/damage-peer';
import { signUp } from './support/people';

const { CHAINWORKS_TEST_DATA: data = '' } = process.env;

test.setTimeout(150_000);

// Runs after all other journeys, alone: it kills the city node that they share (playwright.config.ts).
test('a peer whose only copy is damaged stops, and its publisher reads that on the application’s page', async ({ page }) => {
  await signUp(page, 'Harbour Receipts Ltd');
  await page.getByRole('button', { name: 'Open a test sub-chain' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /is running/ })).toBeVisible({ timeout: 30_000 });
  await page.goto('/applications');
  await page.getByRole('link', { name: 'Test sub-chain', exact: true }).click();
  await expect(page.getByText(/is open at height/)).toBeVisible();

  const applicationId = new URL(page.url()).pathname.split('/').at(-1);
  const { subChain } = (await (await page.request.get(`/api/applications/${applicationId}`)).json()) as { subChain: Damaged };
  const [peer] = subChain.endpoints;
  if (!peer) throw new Error('the sub-chain has no peer');
  await page.waitForTimeout(3_000); // past the checkpoint that follows the last block
  await damagePeer(data, peer.cityNode, subChain.slug);

  await expect(page.getByText(`The peer in ${peer.city} has stopped.`)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('row', { name: new RegExp(peer.city) })).toContainText('Stopped');
  await expectAccessible(page, 'application with a stopped peer');
});

interface Damaged {
  slug: string;
  endpoints: { cityNode: string; city: string }[];
}
