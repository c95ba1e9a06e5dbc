import { randomBytes } from 'node:crypto';
import { freshPassword, tokenFromMail } from '@/lib/identity/testing';
import { PortalSession } from './portal-session';

export interface Publication {
  readonly applicationId: string;
  readonly session: PortalSession;
}

/** Publications one account may pay within the portal's rate limit. */
export const publicationsPerPublisher = 9;

/** Signs up, verifies the address with the link in the mail, and is ready to publish. */
export async function signUpPublisher(portalUrl: string): Promise<PortalSession> {
  const session = new PortalSession(portalUrl);
  const email = `publisher-${randomBytes(6).toString('hex')}@example.com`;
  await session.post('/api/identity/sign-up', { email, password: freshPassword(), organisation: 'Bench' });
  await session.post('/api/identity/verify-email', { token: await tokenFromMail(email, '/verify-email') });
  return session;
}

/** Goes through the wizard's calls up to the queue of the admin: ERC-20 template on two city nodes, paid with the test card. */
export async function submitPublication(session: PortalSession, cityNodes: readonly string[]): Promise<Publication> {
  const { id } = (await session.post('/api/applications')) as { id: string };
  const steps = [
    { step: 'basics', data: { name: 'Harbour token', description: '' } },
    { step: 'framework', data: { framework: 'ethereum', frameworkVersion: 'prague' } },
    { step: 'contract', data: { contractPackage: { kind: 'template', template: 'erc20', parameters: { name: 'Harbour', symbol: 'HBR', initialSupply: '1000000', owner: `0x${'11'.repeat(20)}` } } } },
    { step: 'city-nodes', data: { cityNodes } },
  ];
  for (const [version, step] of steps.entries()) await session.patch(`/api/applications/${id}`, { ...step, version });
  await session.post(`/api/applications/${id}/submit`, { version: steps.length });
  const card = { number: '4242424242424242', expiryMonth: 12, expiryYear: new Date().getUTCFullYear() + 2, cvc: '123' };
  await session.post(`/api/applications/${id}/pay`, { card });
  return { applicationId: id, session };
}
