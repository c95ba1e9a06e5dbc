import { randomBytes } from 'node:crypto';
import { recordAuditEvent } from '@/lib/audit';
import { AppError, createId, type Tx } from '@/lib/platform';
import { openHostSecret, sealHostSecret } from './control-client-for';
import type { JoinHost } from './join-host';

export interface AdmittedHost {
  hostId: string;
  /** Control secret, 32 bytes. */
  secret: Uint8Array;
  created: boolean;
}

/** Until the transaction ends nobody else joins: two set-ups at once would make two secrets for one host. */
export async function lockHosts(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('join-host'))`;
}

/** The host's row, made or changed, and the city nodes that it carries from now on. The caller holds {@link lockHosts}. */
export async function admitHost(tx: Tx, join: JoinHost): Promise<AdmittedHost> {
  const addresses = { controlUrl: join.controlUrl, gatewayUrl: join.gatewayUrl, channelAddress: join.channelAddress };
  const present = await tx.host.findUnique({ where: { name: join.name } });
  const secret = present ? openHostSecret(present) : new Uint8Array(randomBytes(32));
  const hostId = present?.id ?? createId('host');
  if (present) await tx.host.update({ where: { id: hostId }, data: addresses });
  else await tx.host.create({ data: { id: hostId, name: join.name, ...addresses, secretCiphertext: sealHostSecret(hostId, secret) } });
  const changed = await carryCityNodes(tx, hostId, join);
  if (!present || changed) {
    await recordAuditEvent(tx, {
      actor: { kind: 'SYSTEM' },
      action: 'host.join',
      subject: { type: 'host', id: hostId },
      details: { name: join.name, cityNodes: join.cityNodes, gatewayUrl: join.gatewayUrl },
    });
  }
  return { hostId, secret, created: !present };
}

/** Opens the city nodes that the host carries. One that it carries no longer keeps its peers until they are moved. */
async function carryCityNodes(tx: Tx, hostId: string, join: JoinHost): Promise<boolean> {
  const cityNodes = await tx.cityNode.findMany({ where: { code: { in: join.cityNodes } } });
  const unknown = join.cityNodes.filter((code) => !cityNodes.some((cityNode) => cityNode.code === code));
  if (unknown.length > 0) {
    throw new AppError('INVALID_INPUT', { fields: { cityNodes: `not in the catalogue: ${unknown.join(', ')}` } }, { publicMessage: `The catalogue has no city node ${unknown.join(', ')}.` });
  }
  const ids = cityNodes.map((cityNode) => cityNode.id);
  await tx.cityNode.updateMany({ where: { id: { in: ids } }, data: { provider: join.provider, region: join.region } });
  await tx.cityNode.updateMany({ where: { id: { in: ids }, state: 'PLANNED' }, data: { state: 'OPEN' } });
  const { count: left } = await tx.cityNodeHost.deleteMany({
    where: { hostId, cityNodeId: { notIn: ids }, cityNode: { peers: { none: { hostId, state: { not: 'REMOVED' } } } } },
  });
  const { count: added } = await tx.cityNodeHost.createMany({ data: ids.map((cityNodeId) => ({ cityNodeId, hostId })), skipDuplicates: true });
  return left + added > 0;
}
