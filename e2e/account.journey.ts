import { expect, test, type Page } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { expectAccessible } from './support/axe';
import { linkFromMail } from './support/mailbox';

const phrase = () => `kelp ${randomBytes(6).toString('hex')} turbine`;

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

// Eight screens, each looked at by day and night, on a desk and on a phone.
test.setTimeout(180_000);

test('somebody opens an account, keeps it safe and finds back into it', async ({ page, browser, baseURL }) => {
  const email = `lin.${randomBytes(5).toString('hex')}@ningboport.example`;
  let password = phrase();

  await test.step('mistakes in the form are told at their field and nothing typed is lost', async () => {
    await page.goto('/sign-up');
    await expectAccessible(page, 'sign up');
    await page.getByLabel('Work e-mail').fill('lin@');
    await page.getByLabel('Password', { exact: true }).fill('Chainworks2026');
    await page.getByRole('button', { name: /Create account/ }).click();
    await expect(page.getByText('Write an address like')).toBeVisible();
    await expect(page.getByLabel('Work e-mail')).toBeFocused();
    await page.getByLabel('Work e-mail').fill(email);
    await page.getByRole('button', { name: /Create account/ }).click();
    await expect(page.getByText(/guessed first/)).toBeVisible();
    await expect(page.getByLabel('Work e-mail')).toHaveValue(email);
    await expectAccessible(page, 'sign up with errors');
  });

  await test.step('a double click opens one account, and it is signed in at once', async () => {
    const calls: string[] = [];
    page.on('request', (request) => calls.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await page.getByLabel('Organisation').fill('Ningbo Port Logistics');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: /Create account/ }).dblclick();
    await page.waitForURL('**/first-minute');
    expect(calls.filter((call) => call === 'POST /api/identity/sign-up')).toHaveLength(1);
  });

  await test.step('the mailed link confirms the address and leaves no token in the address bar', async () => {
    await page.goto('/account');
    await expect(page.getByText('not confirmed yet')).toBeVisible();
    await page.goto(await linkFromMail(email, '/verify-email'));
    await expect(page.getByRole('heading', { name: 'Your address is confirmed' })).toBeVisible();
    expect(page.url()).toBe(`${baseURL}/verify-email`);
    await expectAccessible(page, 'confirmed');
    await page.goto('/account');
    await expect(page.getByText('confirmed', { exact: true })).toBeVisible();
  });

  const other = await browser.newContext({ userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0' });
  const second = await other.newPage();
  await test.step('a second browser signs in, after a slip, and comes to the page it wanted', async () => {
    await second.goto('/account');
    await second.waitForURL('**/sign-in?next=*');
    await expectAccessible(second, 'sign in');
    await signIn(second, email, 'not the password');
    await expect(second.getByText('do not belong together')).toBeVisible();
    await expect(second.getByLabel('E-mail')).toHaveValue(email);
    await signIn(second, email, password);
    await expect(second.getByRole('heading', { name: 'Signed in on' })).toBeVisible();
  });

  await test.step('the first browser sees the second one and signs it out', async () => {
    await page.reload();
    await expect(page.getByText('Firefox on Linux')).toBeVisible();
    await expectAccessible(page, 'account');
    await page.getByRole('button', { name: /Sign out Firefox/ }).click();
    await expect(page.getByText('loses access at its next click')).toBeVisible();
    await second.reload();
    await second.waitForURL('**/sign-in?next=*');
  });

  await test.step('a new password needs the present one', async () => {
    const next = phrase();
    await page.getByLabel('Current password', { exact: true }).fill('not the password');
    await page.getByLabel('New password', { exact: true }).fill(next);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(page.getByText('This is not your present password.')).toBeVisible();
    await page.getByLabel('Current password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Change the password' }).click();
    await expect(page.getByText('Password changed')).toBeVisible();
    password = next;
  });

  await test.step('who forgot the password chooses another by mail and is signed out everywhere', async () => {
    await second.goto('/forgot-password');
    await expectAccessible(second, 'forgot password');
    await second.getByLabel('E-mail').fill(email);
    await second.getByRole('button', { name: 'Send the link' }).click();
    await expect(second.getByRole('heading', { name: 'Look into your mailbox' })).toBeVisible();
    await second.goto(await linkFromMail(email, '/reset-password'));
    await expectAccessible(second, 'choose a new password');
    password = phrase();
    await second.getByLabel('New password', { exact: true }).fill(password);
    await second.getByRole('button', { name: 'Set the new password' }).click();
    await expect(second.getByRole('heading', { name: 'Your password is changed' })).toBeVisible();
    await page.goto('/account');
    await page.waitForURL('**/sign-in?next=*');
    await signIn(page, email, password);
    await expect(page.getByRole('heading', { name: 'Signed in on' })).toBeVisible();
  });

  await other.close();
});
