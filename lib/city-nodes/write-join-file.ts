import { randomUUID } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { ensureAuthority, getAuthority } from '@/lib/certificates';
import type { JoinConfig } from '@/lib/control';
import { getSecrets } from '@/lib/platform';
import type { AdmittedHost } from './admit-host';
import type { JoinHost } from './join-host';

/** What the process must know to be the host, with the root that it pins. Whole or not at all, never readable by others, not even for a moment. */
export async function writeJoinFile(join: JoinHost, { hostId, secret }: Pick<AdmittedHost, 'hostId' | 'secret'>): Promise<void> {
  await ensureAuthority();
  const { rootPem } = await getAuthority();
  const content: JoinConfig = {
    hostId,
    secret: Buffer.from(secret).toString('base64'),
    accessKeyPepper: getSecrets().accessKeyPepper,
    authority: rootPem,
    cityNodes: join.cityNodes,
    gateway: join.gateway,
    control: join.control,
    channel: join.channel,
    fabric: join.fabric,
    publicUrl: join.gatewayUrl,
  };
  await mkdir(join.dataDirectory, { recursive: true, mode: 0o700 });
  const file = path.join(join.dataDirectory, 'join.json');
  // A name of its own: two that join at once, also in one process, must not rename each other's away.
  const temporary = `${file}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
