import { recordAuditEvent } from '@/lib/audit';
import type { StepContext, StepOutcome } from '@/lib/operations';
import { assert } from '@/lib/platform';
import { frameworkOf } from '../frameworks';
import type { ApplicationInput } from '../operation-input';
import { loadSubChain } from '../load-sub-chain';
import { requirePaid } from './require-paid';

const yearMs = 365 * 24 * 60 * 60 * 1000;

/** From here on the application runs: its page shows the endpoints, keys can be made. The paid year begins. */
export async function publishEndpointStep({ input, organisationId }: StepContext<ApplicationInput>): Promise<StepOutcome> {
  const subChain = await loadSubChain(input.applicationId);
  const endpoints = subChain.peers.map((peer) => frameworkOf(subChain).endpointOf(subChain, peer));
  const now = new Date();
  return {
    result: { endpoints },
    message: endpoints[0] ?? '',
    async commit(tx) {
      await requirePaid(tx, input.applicationId);
      await tx.subChain.update({ where: { id: subChain.id }, data: { state: 'RUNNING', openedAt: now } });
      const { count } = await tx.application.updateMany({
        where: { id: input.applicationId, state: 'PROVISIONING' },
        data: {
          state: 'RUNNING',
          stateReason: null,
          runningAt: now,
          // A test sub-chain's days count from the click.
          ...(subChain.application.plan === 'TEST' ? {} : { expiresAt: new Date(now.getTime() + yearMs) }),
          version: { increment: 1 },
        },
      });
      assert(count === 1, `application ${input.applicationId} is being provisioned`);
      await recordAuditEvent(tx, {
        actor: { kind: 'SYSTEM' },
        organisationId: organisationId ?? undefined,
        action: 'application.run',
        subject: { type: 'application', id: input.applicationId },
        details: { subChain: subChain.slug, endpoints },
      });
    },
  };
}
