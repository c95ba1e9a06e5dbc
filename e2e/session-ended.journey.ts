import { expect, test } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { signUp } from './support/people';

test.setTimeout(120_000);

test('a session that ends in the middle of the wizard costs nothing that was typed', async ({ page, browser }) => {
  const publisher = await signUp(page, 'Quayside Weighing Ltd');
  await page.goto('/publish');
  await page.getByRole('button', { name: 'Begin a publication' }).click();
  await page.waitForURL('**/basics');
  await page.getByLabel('Name').fill('Weighbridge slips');
  await expect(page.getByText(/^Saved/)).toBeVisible();
  const dialog = page.getByRole('dialog', { name: 'Your session has ended' });

  await test.step('the session is ended from a second browser', async () => {
    const other = await browser.newContext({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0' });
    const second = await other.newPage();
    await second.goto('/sign-in?next=/account');
    await second.getByLabel('E-mail').fill(publisher.email);
    await second.getByLabel('Password', { exact: true }).fill(publisher.password);
    await second.getByRole('button', { name: 'Sign in', exact: true }).click();
    // A button that the server drew does nothing until the page's program is there.
    await second.waitForURL(({ pathname }) => pathname === '/account');
    await second.getByRole('button', { name: /^Sign out .+, / }).click();
    await expect(second.getByText('loses access at its next click')).toBeVisible();
    await other.close();
  });

  await test.step('the next change asks to sign in above the page, and a slip there loses nothing', async () => {
    await page.getByLabel('What it is for').fill('Each slip of the weighbridge, once');
    await expect(dialog).toBeVisible();
    await expectAccessible(page, 'session ended');
    await expect(dialog.getByLabel('E-mail')).toHaveValue(publisher.email);
    await dialog.getByLabel('Password', { exact: true }).fill('not the password');
    await dialog.getByRole('button', { name: 'Sign in and go on' }).click();
    await expect(dialog.getByText('do not belong together')).toBeVisible();
  });

  await test.step('once signed in again, what was typed is there and is saved', async () => {
    await dialog.getByLabel('Password', { exact: true }).fill(publisher.password);
    await dialog.getByRole('button', { name: 'Sign in and go on' }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByLabel('What it is for')).toHaveValue('Each slip of the weighbridge, once');
    await expect(page.getByText(/^Saved/)).toBeVisible();
    await page.reload();
    await expect(page.getByLabel('Name')).toHaveValue('Weighbridge slips');
    await expect(page.getByLabel('What it is for')).toHaveValue('Each slip of the weighbridge, once');
    await expect(dialog).toBeHidden();
  });
});
