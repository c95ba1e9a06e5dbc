import { expect, test } from '@playwright/test';
import { signUp } from './support/people';

test('what was typed in the wizard is there after going back in the browser, and can be changed there', async ({ page }) => {
  await signUp(page, 'Going back Ltd');
  await page.goto('/publish');
  await page.getByRole('button', { name: 'Begin a publication' }).click();
  await page.waitForURL('**/basics');
  // Every page of a portal that takes test cards says so, also those without the console round them.
  await expect(page.getByText('TEST money')).toBeVisible();
  await page.getByLabel('Name').fill('First name');
  await page.getByRole('button', { name: 'Continue to framework' }).click();
  await page.waitForURL('**/framework');
  await page.getByRole('radio', { name: /Ethereum/ }).check();

  await test.step('at once, before the choice of the step that is left was saved', async () => {
    await page.goBack();
    await page.waitForURL('**/basics');
    await expect(page.getByLabel('Name')).toHaveValue('First name');
    await page.getByLabel('Name').fill('Second name');
    await expect(page.getByText(/^Saved/)).toBeVisible();
  });

  await test.step('and both changes were kept', async () => {
    await page.reload();
    await expect(page.getByLabel('Name')).toHaveValue('Second name');
    await page.getByRole('button', { name: 'Continue to framework' }).click();
    await page.waitForURL('**/framework');
    await expect(page.getByRole('radio', { name: /^Ethereum/ })).toBeChecked();
  });
});
