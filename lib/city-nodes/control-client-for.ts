import { createControlClient, type ControlClient } from '@/lib/control';
import { AppError, decryptSecret, encryptSecret, getDb, getSecrets } from '@/lib/platform';

/** What must be known of a host to speak to it. */
export interface HostAddress {
  id: string;
  controlUrl: string;
  secretCiphertext: Uint8Array;
}

/** The control client of a host whose row is at hand. Cheap: it holds no connection of its own. */
export function controlClientOf(host: HostAddress): ControlClient {
  const secret = decryptSecret(keyEncryptionKey(), host.secretCiphertext, secretContext(host.id));
  return createControlClient({ hostId: host.id, controlUrl: host.controlUrl, secret: Buffer.from(secret).toString('base64') });
}

/** @throws AppError NOT_FOUND for an unknown host */
export async function controlClientFor(hostId: string): Promise<ControlClient> {
  const host = await getDb().host.findUnique({ where: { id: hostId }, select: { id: true, controlUrl: true, secretCiphertext: true } });
  if (!host) throw new AppError('NOT_FOUND', { subject: 'host' }, { publicMessage: 'There is no such host.' });
  return controlClientOf(host);
}

/** The control secret (32 bytes) as the Host row keeps it. */
export function sealHostSecret(hostId: string, secret: Uint8Array): Uint8Array<ArrayBuffer> {
  return encryptSecret(keyEncryptionKey(), secret, secretContext(hostId));
}

export function openHostSecret(host: Pick<HostAddress, 'id' | 'secretCiphertext'>): Uint8Array {
  return decryptSecret(keyEncryptionKey(), host.secretCiphertext, secretContext(host.id));
}

function keyEncryptionKey(): Uint8Array {
  return Buffer.from(getSecrets().keyEncryptionKey, 'base64');
}

function secretContext(hostId: string): string {
  return `host-control-secret:${hostId}`;
}
