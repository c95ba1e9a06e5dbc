import { expect, test, type Page } from '@playwright/test';
import { expectAccessible } from './support/axe';
import { confirmEmail, signUp } from './support/people';

const owner = `0x${'11'.repeat(20)}`;

const goOn = (page: Page, step: string) => page.getByRole('button', { name: `Continue to ${step}` }).click();

test.setTimeout(240_000);

test('somebody publishes a paid application, leaving and coming back on the way', async ({ page }) => {
  const publisher = await signUp(page, 'Harbour Receipts Ltd');

  await test.step('a publication begins with what it costs and how it goes', async () => {
    await page.goto('/publish');
    await expect(page.getByText('US$365').or(page.getByText('$365')).first()).toBeVisible();
    await expectAccessible(page, 'publish');
    await page.getByRole('button', { name: 'Begin a publication' }).click();
    await page.waitForURL('**/basics');
  });

  await test.step('a step without its answer says what is missing', async () => {
    await goOn(page, 'framework');
    await expect(page.getByText('Give the application a name.')).toBeVisible();
    await page.getByLabel('Name').fill('Harbour receipts');
    await page.getByLabel('What it is for').fill('Warehouse receipts of the harbour');
    await expectAccessible(page, 'basics');
    await goOn(page, 'framework');
    await page.waitForURL('**/framework');
    await page.getByRole('radio', { name: /Ethereum/ }).check();
    await expectAccessible(page, 'framework');
    await goOn(page, 'contract');
    await page.waitForURL('**/contract');
  });

  await test.step('an own contract that cannot be deployed is refused at its fields', async () => {
    await page.getByRole('radio', { name: /Your own contract/ }).check();
    await page.getByLabel('Name').fill('Till');
    await page.getByLabel('ABI', { exact: true }).fill('not an abi');
    await page.getByLabel('Creation bytecode').fill('0x60zz');
    await goOn(page, 'city nodes');
    await expect(page.getByText('Paste the ABI: a JSON array')).toBeVisible();
    await expect(page.getByText('The bytecode is not hexadecimal digits.')).toBeVisible();
    await expectAccessible(page, 'own contract');
  });

  await test.step('a token needs an owner; a key can be made here and never leaves the page', async () => {
    const bodies: string[] = [];
    page.on('request', (request) => bodies.push(request.postData() ?? ''));
    await page.getByRole('radio', { name: /ERC-20/ }).check();
    await page.getByLabel('Name', { exact: true }).fill('Harbour credit');
    await page.getByLabel('Symbol').fill('HBC');
    await page.getByLabel('Supply, in whole tokens').fill('1000000');
    await goOn(page, 'city nodes');
    await expect(page.getByText('Give an address: 0x and 40 hexadecimal digits.')).toBeVisible();
    await page.getByRole('button', { name: 'Make a key in this browser' }).click();
    await expect(page.getByText('Keep this private key now.')).toBeVisible();
    await expect(page.getByLabel('Owner')).toHaveValue(/^0x[0-9a-fA-F]{40}$/);
    await expectAccessible(page, 'token');
    await page.getByLabel('Owner').fill(owner);
    await expect(page.getByText(/^Saved/)).toBeVisible();
    // A private key is 0x and 64 digits; nothing of that shape was sent.
    expect(bodies.filter((body) => /0x[0-9a-f]{64}/i.test(body))).toEqual([]);
  });

  await test.step('the draft is there again after leaving, at the step that was left', async () => {
    await page.goto('/applications');
    await page.getByRole('link', { name: 'Harbour receipts' }).first().click();
    await page.getByRole('link', { name: 'Go on with the draft' }).click();
    await page.waitForURL('**/contract');
    await expect(page.getByLabel('Symbol')).toHaveValue('HBC');
    await goOn(page, 'city nodes');
    await page.waitForURL('**/city-nodes');
  });

  await test.step('city nodes: only open ones can be chosen, the first one orders', async () => {
    await goOn(page, 'price and review');
    await expect(page.getByText('Choose at least one city node.')).toBeVisible();
    await page.getByRole('checkbox', { name: /Singapore/ }).check();
    await page.getByRole('checkbox', { name: /Paris/ }).check();
    await page.getByRole('button', { name: 'Let it order: Paris' }).click();
    await expect(page.getByRole('row', { name: /Paris/ })).toContainText('Orders transactions');
    await expectAccessible(page, 'city nodes');
    await goOn(page, 'price and review');
    await page.waitForURL('**/review');
  });

  await test.step('publishing needs a confirmed address; a second window is told, not overwritten', async () => {
    await expect(page.getByText(/confirm/i).first()).toBeVisible();
    await expectAccessible(page, 'review');
    const second = await page.context().newPage();
    await second.goto(page.url().replace('review', 'basics'));
    const first = await page.context().newPage();
    await first.goto(page.url().replace('review', 'basics'));
    await second.getByLabel('What it is for').fill('Changed in the second window');
    await expect(second.getByText(/^Saved/)).toBeVisible();
    await first.getByLabel('What it is for').fill('Changed in the first window');
    await expect(first.getByText('This draft was changed in another window.')).toBeVisible();
    await first.close({ runBeforeUnload: false });
    await confirmEmail(second, publisher);
    await second.close();
    await page.reload();
    await page.getByRole('button', { name: 'Continue to payment' }).dblclick();
    await page.waitForURL('**/pay');
  });

  await test.step('a declined card loses nothing; the next one pays once', async () => {
    await expect(page.getByText('TEST: no real money moves.').first()).toBeVisible();
    await page.getByLabel('Card number').fill('4000000000000002');
    await page.getByLabel('Expires').fill('04/40');
    await page.getByLabel('Security code').fill('12');
    await page.getByRole('button', { name: /^Pay/ }).click();
    await expect(page.getByText('The security code has three or four digits.')).toBeVisible();
    await page.getByLabel('Security code').fill('123');
    await expectAccessible(page, 'pay');
    await page.getByRole('button', { name: /^Pay/ }).click();
    await expect(page.getByText(/declined/i).last()).toBeVisible();
    await expect(page.getByLabel('Card number')).toHaveValue('4000 0000 0000 0002');
    await page.getByLabel('Card number').fill('4242424242424242');
    await page.getByRole('button', { name: /^Pay/ }).dblclick();
    await page.waitForURL(/\/applications\/app_/);
    await expect(page.getByRole('heading', { level: 1 })).toContainText(/approval|Harbour receipts/);
  });
});
