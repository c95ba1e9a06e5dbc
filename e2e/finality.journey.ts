import { createPublicKey, verify } from 'node:crypto';
import { expect, test, type Page } from '@playwright/test';
import { createPublicClient, createWalletClient, defineChain, http, type Hash } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { expectAccessible } from './support/axe';
import { confirmEmail, signInAsAdmin, signUp } from './support/people';
import { beginPublication, callAs, payPublication } from './support/publications';
import { copied } from './support/run-snippet';

test.setTimeout(300_000);

const cities = ['Singapore', 'Paris', 'Johannesburg', 'Hong Kong'];

interface Certificate {
  chain: string;
  height: number;
  round: number;
  hash: string;
  finality: string;
  quorum: number;
  signatures: { name: string; publicKey: string; signature: string }[];
}

test('a publisher chooses how much may fail, checks a block’s signatures by hand, and changes the mode while clients write', async ({ page, browser }) => {
  const account = privateKeyToAccount(generatePrivateKey());
  const somebody = await signUp(page, 'Harbour Receipts Ltd');
  await confirmEmail(page, somebody);
  const name = `Agreed receipts ${somebody.email.slice(9, 15)}`;
  const applicationId = await beginPublication(page, name, account.address);

  await test.step('modes that need more city nodes say how many; the strongest possible is preselected', async () => {
    await page.goto(`/publish/${applicationId}/city-nodes`);
    for (const city of cities.slice(0, 2)) await page.getByRole('checkbox', { name: city }).check();
    await expect(page.getByRole('radio', { name: /Solo/ })).toBeChecked();
    await expect(page.getByRole('radio', { name: /Crash-tolerant.*Needs 3 city nodes: 1 more/ })).toBeDisabled();
    await expect(page.getByRole('radio', { name: /Byzantine-tolerant.*Needs 4 city nodes: 2 more/ })).toBeDisabled();
    for (const city of cities.slice(2)) await page.getByRole('checkbox', { name: city }).check();
    await expect(page.getByRole('radio', { name: /Byzantine-tolerant.*3 of 4 peers sign/ })).toBeChecked();
    await expect(page.getByText('One failure domain: these peers share one process')).toBeVisible();
    await expectAccessible(page, 'finality mode');
  });

  await test.step('a chosen mode is not weakened when a city node goes: the wizard says both ways out', async () => {
    await page.getByRole('radio', { name: /Byzantine-tolerant/ }).click();
    await page.getByRole('button', { name: 'Remove Hong Kong' }).click();
    await expect(page.getByText('Byzantine-tolerant needs 4 city nodes, 3 are chosen.')).toBeVisible();
    await page.getByRole('button', { name: 'Continue to price and review' }).click();
    await expect(page).toHaveURL(/city-nodes$/);
    await page.getByRole('checkbox', { name: 'Hong Kong' }).check();
    await page.getByRole('button', { name: 'Continue to price and review' }).click();
    await page.waitForURL('**/review');
    await expect(page.getByText('Byzantine-tolerant, quorum 3 of 4')).toBeVisible();
    await payPublication(page, applicationId);
  });

  const admin = await (await browser.newContext()).newPage();
  await test.step('the admin sees the mode and what it is worth on these hosts', async () => {
    await signInAsAdmin(admin);
    await admin.goto(`/admin/publications/${applicationId}`);
    await expect(admin.getByText('3 of 4 peers sign each block')).toBeVisible();
    await expect(admin.getByText('One failure domain: these peers share one process')).toBeVisible();
    await admin.getByRole('button', { name: 'Approve and open' }).click();
    // A page that is closed takes a request with it that is still on its way.
    await expect(admin.getByRole('button', { name: 'Approve and open' })).toBeHidden();
    await admin.close();
  });

  const { subChain } = await runningApplication(page, applicationId);
  const client = await makeClient(page, applicationId, subChain);
  const transfer = (door: number) => client.transfer(account, door);

  await test.step('a block that three of four have signed shows who, and its certificate holds without the portal', async () => {
    const height = await transfer(2);
    await page.goto(`/applications/${applicationId}`);
    for (const city of cities) await expect(page.getByRole('row', { name: new RegExp(city) })).toContainText(/orders.*(Precommit|Prevote) at \d+, round \d+/s);
    await expectAccessible(page, 'running, Byzantine-tolerant');
    const certificate = await readCertificate(page, applicationId, height);
    expect(certificate).toMatchObject({ chain: subChain.slug, height, finality: 'byzantine', quorum: 3 });
    await expect(page.getByText(/^[34] of 4 peers signed the header of block/)).toBeVisible();
    await expectAccessible(page, 'certificate');
    expectHolds(certificate, subChain, 3);
    const forged = { ...certificate, height: height + 1 };
    expect(certificate.signatures.filter((one) => isSigned(forged, one))).toEqual([]);
  });

  await test.step('the mode is changed after a word about what is given up, and clients write all the while', async () => {
    await page.goto(`/applications/${applicationId}`);
    await page.getByRole('button', { name: 'Change the finality mode' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByRole('radio', { name: /Byzantine-tolerant.*In force now/ })).toBeDisabled();
    await dialog.getByRole('radio', { name: /Crash-tolerant/ }).check();
    await expect(dialog.getByText('From then on a peer that lies is not outvoted any more.')).toBeVisible();
    await expectAccessible(page, 'change of the finality mode');
    await dialog.getByRole('button', { name: 'Change to crash-tolerant' }).click();
    const heights = [await transfer(0), await transfer(1), await transfer(3)];
    expect(heights).toEqual(heights.toSorted((a, b) => a - b));
    await expect(page.getByText('Crash-tolerant, quorum 3 of 4')).toBeVisible({ timeout: 60_000 });
    const height = await transfer(1);
    const certificate = await readCertificate(page, applicationId, height);
    expect(certificate).toMatchObject({ height, finality: 'crash', quorum: 3 });
    expectHolds(certificate, subChain, 3);
  });

  await test.step('with solo finality a block honestly shows its one signature', async () => {
    await page.goto(`/applications/${applicationId}`);
    await page.getByRole('button', { name: 'Change the finality mode' }).click();
    await page.getByRole('dialog').getByRole('radio', { name: /Solo/ }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Change to solo' }).click();
    await expect(page.getByText('Solo, 4 peers')).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole('row', { name: /Paris/ })).toContainText('follows');
    // Through a city node that only follows now.
    const certificate = await readCertificate(page, applicationId, await transfer(3));
    expect(certificate).toMatchObject({ finality: 'solo', quorum: 1, signatures: [{ name: 'SIN' }] });
    await expect(page.getByText(/^One peer signed the header of block/)).toBeVisible();
    expectHolds(certificate, subChain, 1);
  });
});

interface SubChain {
  slug: string;
  chainId: string;
  endpoints: { cityNode: string; url: string; publicKey: string }[];
}

async function runningApplication(page: Page, applicationId: string): Promise<{ subChain: SubChain }> {
  await page.goto(`/applications/${applicationId}`);
  await expect(page.getByText('Running', { exact: true }).first()).toBeVisible({ timeout: 60_000 });
  return (await callAs(page, 'get', `/api/applications/${applicationId}`)) as { subChain: SubChain };
}

/** Transfers of nothing by stock viem, through any of the gateways; each gives its height. */
async function makeClient(page: Page, applicationId: string, { slug, chainId, endpoints }: SubChain) {
  const { key } = (await callAs(page, 'post', `/api/applications/${applicationId}/access-keys`, { label: 'viem' })) as { key: string };
  const chain = defineChain({ id: Number(chainId), name: slug, nativeCurrency: { name: 'Unit', symbol: 'UNIT', decimals: 18 }, rpcUrls: { default: { http: [endpoints[0]!.url] } } });
  const doors = endpoints.map(({ url }) => http(url, { fetchOptions: { headers: { 'x-api-key': key } } }));
  return {
    async transfer(account: ReturnType<typeof privateKeyToAccount>, door: number): Promise<number> {
      const transport = doors[door]!;
      const hash: Hash = await createWalletClient({ account, chain, transport }).sendTransaction({ to: account.address, value: 0n });
      const { status, blockNumber } = await createPublicClient({ chain, transport, pollingInterval: 100 }).waitForTransactionReceipt({ hash });
      expect(status).toBe('success');
      return Number(blockNumber);
    },
  };
}

/** What a person gets who presses the button on the block's page. */
async function readCertificate(page: Page, applicationId: string, height: number): Promise<Certificate> {
  await page.goto(`/applications/${applicationId}/blocks/${height}`);
  await expect(page.getByRole('heading', { name: 'Finality certificate' })).toBeVisible();
  return JSON.parse(await copied(page, 'Copy as JSON')) as Certificate;
}

/** The certificate is checked by its published form and the keys of the sub-chain alone, as an auditor would. */
function expectHolds(certificate: Certificate, { endpoints }: SubChain, quorum: number): void {
  const known = new Map(endpoints.map(({ cityNode, publicKey }) => [cityNode, publicKey]));
  const good = certificate.signatures.filter((one) => known.get(one.name) === one.publicKey && isSigned(certificate, one));
  expect(good).toEqual(certificate.signatures);
  expect(new Set(good.map(({ name }) => name)).size).toBeGreaterThanOrEqual(quorum);
}

function isSigned({ chain, height, round, hash }: Certificate, { publicKey, signature }: Certificate['signatures'][number]): boolean {
  const number = (value: number, bytes: number) => Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
  const text = (value: string) => Buffer.concat([number(Buffer.byteLength(value), 4), Buffer.from(value)]);
  const statement = Buffer.concat([text('chainworks/finality/1'), text(chain), number(height, 6), number(round, 4), Buffer.from(hash, 'hex')]);
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify('sha256', statement, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64'));
}
