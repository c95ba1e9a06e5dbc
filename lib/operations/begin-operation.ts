import { assert, createId, type Tx } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import type { AnyOperationDefinition } from './definition';

export interface BeginOperation {
  /** Ids, public keys and hashes only; parsed by the definition's own schema. */
  input: Prisma.InputJsonObject;
  organisationId?: string;
  applicationId?: string;
  /** Absent: the system itself. */
  startedById?: string;
}

/**
 * Writes the operation and its waiting steps in the caller's transaction, beside the change that it belongs to.
 * After the commit the caller rings the bell with `ringOperation`.
 */
export async function beginOperation(tx: Tx, definition: AnyOperationDefinition, begin: BeginOperation): Promise<string> {
  assert(definition.stepNames.length > 0, `operation ${definition.kind} has no steps`);
  definition.bind(begin.input);
  const id = createId('operation');
  await tx.operation.create({
    data: {
      id,
      kind: definition.kind,
      state: 'PENDING',
      input: begin.input,
      organisationId: begin.organisationId ?? null,
      applicationId: begin.applicationId ?? null,
      startedById: begin.startedById ?? null,
      steps: { createMany: { data: definition.stepNames.map((name, position) => ({ name, position })) } },
    },
  });
  return id;
}
