import { tryPushAccessKey } from '@/lib/access-keys';
import type { JobPayload } from '@/lib/jobs';
import { AppError } from '@/lib/platform';

/** Throws while a host does not take the key, so that the queue tries again; the sweep goes on after the last try. */
export async function accessKeySync({ accessKeyId }: JobPayload<'access-key.sync'>): Promise<void> {
  const failed = await tryPushAccessKey(accessKeyId, 2_000);
  if (failed.length > 0) {
    throw new AppError('UNAVAILABLE', { what: `hosts ${failed.join(', ')}` }, { publicMessage: 'A city node was not told about an access key.' });
  }
}
