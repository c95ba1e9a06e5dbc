import { expect, type Page } from '@playwright/test';

/** The wizard's calls, which its own journey walks by hand: a paid publication in the admin's queue. */
export async function submitPublication(page: Page, name: string, owner: string): Promise<string> {
  const call = async (method: 'post' | 'patch', path: string, data: unknown = {}) => {
    const origin = new URL(page.url()).origin;
    const response = await page.request[method](path, { data, headers: { origin } });
    expect(response.ok(), await response.text()).toBe(true);
    return (await response.json()) as { id: string };
  };
  const { id } = await call('post', '/api/applications');
  const steps = [
    { step: 'basics', data: { name, description: 'Receipts of the harbour warehouse' } },
    { step: 'framework', data: { framework: 'ethereum', frameworkVersion: 'prague' } },
    { step: 'contract', data: { contractPackage: { kind: 'template', template: 'erc20', parameters: { name: 'Harbour credit', symbol: 'HBC', initialSupply: '1000000', owner } } } },
    { step: 'city-nodes', data: { cityNodes: ['SIN', 'PAR'] } },
  ];
  for (const [version, step] of steps.entries()) await call('patch', `/api/applications/${id}`, { ...step, version });
  await call('post', `/api/applications/${id}/submit`, { version: steps.length });
  await call('post', `/api/applications/${id}/pay`, { card: { number: '4242424242424242', expiryMonth: 12, expiryYear: 2040, cvc: '123' } });
  return id;
}
