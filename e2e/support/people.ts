import { expect, type Page } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { linkFromMail } from './mailbox';

export interface Somebody {
  readonly email: string;
  readonly password: string;
}

/** Opens an account as a new user does; the browser is signed in afterwards and on the first-minute page. */
export async function signUp(page: Page, organisation: string): Promise<Somebody> {
  const somebody = { email: `somebody.${randomBytes(5).toString('hex')}@harbour.example`, password: `kelp ${randomBytes(6).toString('hex')} turbine` };
  await page.goto('/sign-up');
  await page.getByLabel('Work e-mail').fill(somebody.email);
  await page.getByLabel('Organisation').fill(organisation);
  await page.getByLabel('Password', { exact: true }).fill(somebody.password);
  await page.getByRole('button', { name: /Create account/ }).click();
  await page.waitForURL('**/first-minute');
  return somebody;
}

/** Confirms the address by the link in the mail. */
export async function confirmEmail(page: Page, { email }: Somebody): Promise<void> {
  await page.goto(await linkFromMail(email, '/verify-email'));
  await expect(page.getByRole('heading', { name: 'Your address is confirmed' })).toBeVisible();
}

/** Signs in the portal admin with the password that the first start wrote down. */
export async function signInAsAdmin(page: Page): Promise<void> {
  const data = process.env.CHAINWORKS_TEST_DATA;
  if (!data) throw new Error('CHAINWORKS_TEST_DATA names no directory');
  await page.goto('/sign-in?next=/admin/publications');
  await page.getByLabel('E-mail').fill('admin@chainworks.localhost');
  await page.getByLabel('Password', { exact: true }).fill(readFileSync(path.join(data, 'admin-password'), 'utf8').trim());
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  // A pattern would also match the sign-in page, which carries this address in `next`.
  await page.waitForURL(({ pathname }) => pathname === '/admin/publications');
}
