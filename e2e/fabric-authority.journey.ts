import { expect, test, type Page } from '@playwright/test';
import FabricCaServices from 'fabric-ca-client';
import { User, Utils } from 'fabric-common';
import { expectAccessible } from './support/axe';
import { signUp } from './support/people';

test.setTimeout(180_000);

/** The secret is masked on the page; what its button copies is whole. */
async function copied(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name }).click();
  return page.evaluate(() => navigator.clipboard.readText());
}

function openClient(url: string, caName: string): FabricCaServices {
  const cryptoSuite = Utils.newCryptoSuite();
  cryptoSuite.setCryptoKeyStore(Utils.newCryptoKeyStore());
  return new FabricCaServices({ url, caName, cryptoSuite });
}

async function enroll(client: FabricCaServices, enrollmentID: string, enrollmentSecret: string): Promise<User> {
  const { key, certificate } = await client.enroll({ enrollmentID, enrollmentSecret });
  const user = new User(enrollmentID);
  user.setCryptoSuite(Utils.newCryptoSuite());
  await user.setEnrollment(key, certificate, 'MSP');
  return user;
}

test('an owner makes the organisation’s Fabric authority, its people enroll by Fabric’s own client, and one of them is revoked', async ({ page, context, baseURL }) => {
  const url = baseURL ?? '';
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });
  await signUp(page, 'Harbour Coffee');
  let client: FabricCaServices;
  let admin: User;

  await test.step('there is none before it is asked for', async () => {
    await page.goto('/fabric-authority');
    await expect(page.getByText('Nobody acts for you in Fabric yet')).toBeVisible();
    await expectAccessible(page, 'no authority');
  });

  await test.step('its registrar’s secret is shown once', async () => {
    await page.getByRole('button', { name: 'Make the authority' }).click();
    await expect(page.getByRole('heading', { name: /HarbourCoffee.*MSP/ })).toBeVisible();
    await expect(page.getByText('It is shown this once.')).toBeVisible();
    await expectAccessible(page, 'secret');
    const secret = await copied(page, 'Copy registrar secret');
    const caName = await copied(page, 'Copy CA name');
    expect(await copied(page, 'root certificate')).toMatch(/^-----BEGIN CERTIFICATE-----/);
    client = openClient(url, caName);
    admin = await enroll(client, 'admin', secret);
    await page.reload();
    await expect(page.getByText('It is shown this once.')).toBeHidden();
    expect(await page.content()).not.toContain(secret);
  });

  await test.step('the official client registers through the portal’s own server, with addresses as it writes them', async () => {
    await client.newAffiliationService().create({ name: 'roastery.night', force: true }, admin);
    for (let at = 0; at < 26; at++) {
      await client.register({ enrollmentID: `roaster-${String(at).padStart(2, '0')}@harbour.example`, affiliation: at % 2 ? 'roastery.night' : '', role: at === 3 ? 'peer' : 'client' }, admin);
    }
    await client.register({ enrollmentID: 'Ada Lovelace', enrollmentSecret: 'ada: secret', affiliation: '' }, admin);
    await enroll(client, 'Ada Lovelace', 'ada: secret');
    await client.newIdentityService().update('roaster-00@harbour.example', { affiliation: '', enrollmentSecret: 'again', maxEnrollments: 5 } as never, admin);
    await enroll(client, 'roaster-00@harbour.example', 'again');
    expect((await client.newIdentityService().getOne('roaster-03@harbour.example', admin)).result).toMatchObject({ type: 'peer', affiliation: 'roastery.night' });
  });

  await test.step('the owner sees who is registered, page by page, and finds somebody', async () => {
    await page.reload();
    await expect(page.getByRole('row', { name: /roaster-20@harbour/ })).toBeVisible();
    await expectAccessible(page, 'identities');
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect(page.getByRole('row', { name: /roaster-25@harbour/ })).toBeVisible();
    await page.getByLabel('Search identities').fill('nobody at all');
    await expect(page.getByText('No identity has “nobody at all”')).toBeVisible();
    await page.getByLabel('Search identities').fill('ROASTER-00');
    await expect(page.getByRole('row')).toHaveCount(2);
  });

  await test.step('and revokes: the name has to be written, and the certificate is worth nothing afterwards', async () => {
    await page.getByRole('button', { name: 'Revoke roaster-00@harbour.example' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('its certificate is revoked');
    await expectAccessible(page, 'revoke');
    await dialog.getByRole('textbox').fill('roaster-00@harbour.example');
    await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
    await expect(page.getByRole('row', { name: /roaster-00.*revoked/ })).toBeVisible();
    await expect(enroll(client, 'roaster-00@harbour.example', 'again')).rejects.toThrow(/Authentication failure/);
    await expectAccessible(page, 'revoked');
  });

  await test.step('a new registrar secret ends the former one', async () => {
    await page.getByRole('button', { name: 'New registrar secret' }).click();
    await expectAccessible(page, 'ask');
    await page.getByRole('dialog').getByRole('button', { name: 'New registrar secret' }).click();
    const secret = await copied(page, 'Copy registrar secret');
    await expect(enroll(client, 'admin', secret)).resolves.toBeDefined();
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await expect(page.getByText('It is shown this once.')).toBeHidden();
  });
});
