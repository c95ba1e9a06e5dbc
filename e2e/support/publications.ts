import { expect, type Page } from '@playwright/test';

/** A call of the portal's interface as the person who is signed in. */
export async function callAs(page: Page, method: 'get' | 'post' | 'patch', path: string, data: unknown = {}): Promise<unknown> {
  const { origin } = new URL(page.url());
  const response = await page.request[method](path, { headers: { origin }, ...(method === 'get' ? {} : { data }) });
  expect(response.ok(), await response.text()).toBe(true);
  return response.json();
}

/** A draft with a token as its contract, up to the choice of city nodes. */
export async function beginPublication(page: Page, name: string, owner: string): Promise<string> {
  const { id } = (await callAs(page, 'post', '/api/applications')) as { id: string };
  const steps = [
    { step: 'basics', data: { name, description: 'Receipts of the harbour warehouse' } },
    { step: 'framework', data: { framework: 'ethereum', frameworkVersion: 'prague' } },
    { step: 'contract', data: { contractPackage: { kind: 'template', template: 'erc20', parameters: { name: 'Harbour credit', symbol: 'HBC', initialSupply: '1000000', owner } } } },
  ];
  for (const [version, step] of steps.entries()) await callAs(page, 'patch', `/api/applications/${id}`, { ...step, version });
  return id;
}

/** Submits a complete draft and pays for it. */
export async function payPublication(page: Page, id: string): Promise<void> {
  const { application } = (await callAs(page, 'get', `/api/applications/${id}`)) as { application: { version: number } };
  await callAs(page, 'post', `/api/applications/${id}/submit`, { version: application.version });
  await callAs(page, 'post', `/api/applications/${id}/pay`, { card: { number: '4242424242424242', expiryMonth: 12, expiryYear: 2040, cvc: '123' } });
}

/** The wizard's calls, which its own journey walks by hand: a paid publication in the admin's queue. */
export async function submitPublication(page: Page, name: string, owner: string): Promise<string> {
  const id = await beginPublication(page, name, owner);
  const { application } = (await callAs(page, 'get', `/api/applications/${id}`)) as { application: { version: number } };
  await callAs(page, 'patch', `/api/applications/${id}`, { step: 'city-nodes', version: application.version, data: { cityNodes: ['SIN', 'PAR'] } });
  await payPublication(page, id);
  return id;
}
