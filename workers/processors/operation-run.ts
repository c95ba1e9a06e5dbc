import type { JobPayload } from '@/lib/jobs';
import { LeaseKeeper, runOperation } from '@/lib/operations';
import { singleton } from '@/lib/platform';
import { operationRegistry } from '../operation-registry';
import type { JobContext } from '../worker-manager';

export async function operationRun({ operationId }: JobPayload<'operation.run'>, { signal }: JobContext): Promise<void> {
  const keeper = singleton('lease-keeper', () => new LeaseKeeper());
  await runOperation(operationId, { registry: operationRegistry, keeper, shutdown: signal });
}
