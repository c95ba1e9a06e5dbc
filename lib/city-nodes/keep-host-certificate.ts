import { ensureAuthority, getAuthority, getRevocations, isKeyCompromised, isRenewalDue, issueCertificate, type AuthorityStanding } from '@/lib/certificates';
import type { ChannelHolding } from '@/lib/control';
import { AppError, getDb, getLogger } from '@/lib/platform';
import { toCertificateAddresses } from './channel-addresses';
import { controlClientOf, type HostAddress } from './control-client-for';

const answerMsMax = 2_500;

export interface ChannelHost extends HostAddress {
  channelAddress: string | null;
}

/**
 * Brings a host's channel certificate to date: it has none, its own ends within 30 days, is revoked, or names what is no
 * longer so, or it lacks a newer revocation list. Costs one read and no call when nothing is due. A repetition makes no
 * second certificate. Gives what the host holds afterwards.
 * @param holding what the host says that it holds
 * @throws AppError UNAVAILABLE when the host is away, CONFLICT when it joined another portal's authority
 */
export async function keepHostCertificate(host: ChannelHost, holding: ChannelHolding | undefined, standing: AuthorityStanding): Promise<ChannelHolding | undefined> {
  const addresses = toCertificateAddresses(host.channelAddress);
  if (!(await isDue(host.id, holding, { ...standing, addresses }))) return holding;
  const client = controlClientOf(host);
  const options = { timeoutMs: answerMsMax };
  let asked = await client.channelRequest({}, options);
  if (await isKeyCompromised(asked.publicKeyHash)) asked = await client.channelRequest({ retire: asked.publicKeyHash }, options);
  const { chainPem } = await issueCertificate({ profile: 'HOST', subjectId: host.id, key: { request: asked.request }, addresses });
  // Read last: what was issued may have revoked another.
  const [{ rootPem }, { pem }] = await Promise.all([getAuthority(), getRevocations()]);
  const held = await client.putChannelCertificate({ chain: chainPem, root: rootPem, revocations: pem }, options);
  getLogger().info({ hostId: host.id, serial: held.serial }, 'channel certificate pushed');
  return held;
}

/**
 * The same for a host by its id, asking it what it holds: for who needs the channel now and cannot wait for the sweep.
 * @throws AppError NOT_FOUND, UNAVAILABLE, CONFLICT
 */
export async function ensureHostCertificate(hostId: string): Promise<void> {
  const host = await getDb().host.findUnique({ where: { id: hostId }, select: { id: true, controlUrl: true, secretCiphertext: true, channelAddress: true } });
  if (!host) throw new AppError('NOT_FOUND', { subject: 'host' }, { publicMessage: 'There is no such host.' });
  const standing = await ensureAuthority();
  const { channel } = await controlClientOf(host).report({ timeoutMs: answerMsMax });
  await keepHostCertificate(host, channel, standing);
}

async function isDue(hostId: string, holding: ChannelHolding | undefined, { lists, ...facts }: AuthorityStanding & { addresses: ReturnType<typeof toCertificateAddresses> }): Promise<boolean> {
  if (!holding) return true;
  const held = new Map(holding.revocations.map(({ authority, number }) => [authority, number]));
  if (lists.some(({ authority, number }) => (held.get(authority) ?? -1) < number)) return true;
  return isRenewalDue({ ...facts, serial: holding.serial, subjectId: hostId });
}
