import { recordAuditEvent } from '@/lib/audit';
import { actorOf, type Caller } from '@/lib/access-keys';
import { findQuietestCityNode, requireSelectableCityNodes } from '@/lib/city-nodes';
import { requireOrganisation } from '@/lib/identity';
import { planQuota } from '@/lib/metering';
import { ringOperation } from '@/lib/operations';
import { AppError, createId, getDb, type Tx } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { createTestSubChainSchema, testSubChainsMax, type CreateTestSubChain } from './client';
import { beginProvision } from './provision/begin-provision';

/** What a test sub-chain runs on: the newest version of its framework. */
const testVersions = { ethereum: 'prague', fabric: '2.5' } as const;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * One click: an application on the test plan and the operation that provisions it, for 30 days, without approval,
 * payment or a verified address.
 *
 * @throws AppError FORBIDDEN; INVALID_INPUT; QUOTA_EXCEEDED with three live ones; CONFLICT when the city node cannot be
 * chosen; UNAVAILABLE when none can
 */
export async function createTestSubChain(caller: Caller, input: CreateTestSubChain): Promise<{ applicationId: string; operationId: string }> {
  const create = createTestSubChainSchema.parse(input);
  const { id: organisationId } = requireOrganisation(caller.session, 'application.write');
  const applicationId = createId('application');
  const operationId = await getDb().$transaction(async (tx) => {
    await requirePlaceForTest(tx, organisationId);
    const cityNodeId = await chooseCityNode(tx, create.cityNode);
    await tx.application.create({
      data: {
        id: applicationId,
        organisationId,
        createdById: caller.session.user.id,
        plan: 'TEST',
        // Nobody has to approve it.
        state: 'APPROVED',
        name: create.name,
        framework: create.framework,
        frameworkVersion: testVersions[create.framework],
        // One peer: there is nobody to agree with.
        finality: 'solo',
        ...(create.contractPackage ? { contractPackage: create.contractPackage as Prisma.InputJsonObject } : {}),
        expiresAt: new Date(Date.now() + (planQuota('TEST').days ?? 0) * dayMs),
        cityNodes: { create: { cityNodeId, position: 0 } },
      },
    });
    await recordAuditEvent(tx, {
      actor: actorOf(caller),
      organisationId,
      action: 'application.create-test',
      subject: { type: 'application', id: applicationId },
      details: { name: create.name },
      requestId: caller.requestId,
    });
    return (await beginProvision(tx, { applicationId, actor: actorOf(caller), requestId: caller.requestId })).operationId;
  });
  await ringOperation(operationId);
  return { applicationId, operationId };
}

async function requirePlaceForTest(tx: Tx, organisationId: string): Promise<void> {
  // Two clicks at once may not both take the last place.
  await tx.$queryRaw`SELECT id FROM "Organisation" WHERE id = ${organisationId} FOR UPDATE`;
  const live = await tx.application.count({ where: { organisationId, plan: 'TEST', state: { notIn: ['DELETED', 'DELETING'] } } });
  if (live >= testSubChainsMax) {
    throw new AppError('QUOTA_EXCEEDED', { quota: 'test sub-chains', limit: testSubChainsMax }, { publicMessage: `You have ${testSubChainsMax} test sub-chains already. Delete one first.` });
  }
}

async function chooseCityNode(tx: Tx, code: string | undefined): Promise<string> {
  const [chosen] = code === undefined ? [await findQuietestCityNode(tx)] : await requireSelectableCityNodes(tx, [code]);
  if (!chosen) throw new AppError('UNAVAILABLE', { what: 'city nodes' }, { publicMessage: 'No city node answers at the moment. Try again in a minute.' });
  return chosen.id;
}
