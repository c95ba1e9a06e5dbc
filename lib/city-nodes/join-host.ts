import { randomBytes } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { recordAuditEvent } from '@/lib/audit';
import { ensureAuthority, getAuthority } from '@/lib/certificates';
import { channelAddressSchema, cityCodeSchema, type JoinConfig } from '@/lib/control';
import { AppError, createId, getDb, getSecrets, type Tx } from '@/lib/platform';
import { openHostSecret, sealHostSecret } from './control-client-for';

const listenerSchema = z.object({ host: z.string().min(1), port: z.number().int().min(1).max(65_535) });

export const joinHostSchema = z.object({
  /** Names the host for ever: joining again with the same name changes its addresses, not its identity. */
  name: z.string().min(1).max(60),
  /** Directory of the city-node process; `join.json` is written there. */
  dataDirectory: z.string().min(1),
  cityNodes: z.array(cityCodeSchema).min(1).max(32),
  /** Where the process listens. */
  gateway: listenerSchema,
  control: listenerSchema,
  channel: listenerSchema,
  /** Where clients reach the gateway; where the portal reaches the control interface; where other hosts reach the peer channel. */
  gatewayUrl: z.url({ protocol: /^https?$/ }),
  controlUrl: z.url({ protocol: /^https?$/ }),
  channelAddress: channelAddressSchema,
  /** What the host runs on, shown with its city nodes. */
  provider: z.string().min(1).max(60),
  region: z.string().min(1).max(60),
});
export type JoinHost = z.infer<typeof joinHostSchema>;

/**
 * Makes or changes a host and what its process must know to be it. Idempotent: the control secret is made once, kept
 * encrypted in the row, and written to `join.json` (readable by its owner only), with the root that the host pins.
 */
export async function joinHost(input: JoinHost): Promise<{ hostId: string; created: boolean }> {
  const join = joinHostSchema.parse(input);
  await ensureAuthority();
  const { rootPem } = await getAuthority();
  const { hostId, secret, created } = await getDb().$transaction((tx) => writeHost(tx, join));
  await writeJoinFile(join.dataDirectory, {
    hostId,
    secret: Buffer.from(secret).toString('base64'),
    accessKeyPepper: getSecrets().accessKeyPepper,
    authority: rootPem,
    cityNodes: join.cityNodes,
    gateway: join.gateway,
    control: join.control,
    channel: join.channel,
    publicUrl: join.gatewayUrl,
  });
  return { hostId, created };
}

async function writeHost(tx: Tx, join: JoinHost): Promise<{ hostId: string; secret: Uint8Array; created: boolean }> {
  const addresses = { controlUrl: join.controlUrl, gatewayUrl: join.gatewayUrl, channelAddress: join.channelAddress };
  // Two set-ups at once would make two secrets for one host.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('join-host'))`;
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

/** Whole or not at all, never readable by others, not even for a moment. */
async function writeJoinFile(directory: string, content: JoinConfig): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, 'join.json');
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
