import { setTimeout as delay } from 'node:timers/promises';
import { actorOf, type Caller } from '@/lib/access-keys';
import type { Finality } from '@/lib/control';
import { cardSchema, createInvoice, payInvoice, testCards } from '@/lib/billing';
import { createPerson } from '@/lib/identity/testing';
import { getOperation, isFinalOperation, type OperationView } from '@/lib/operations';
import { createId, getDb } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import { beginProvision } from '../provision/begin-provision';
import type { ContractPackage } from '@/lib/templates';

export type SignedUp = Caller & { organisationId: string; email: string };

/** Somebody who has just signed up. */
export async function givenCaller(): Promise<SignedUp> {
  const person = await createPerson();
  return { session: await person.session(), requestId: createId('request'), organisationId: person.organisationId, email: person.email };
}

export interface PaidApplication {
  cityNodes: readonly string[];
  /** Absent: solo. */
  finality?: Finality;
  /** Absent: Ethereum. */
  framework?: 'ethereum' | 'fabric';
  contractPackage?: ContractPackage;
}

/** A paid publication that waits for its provisioning: rows as the wizard leaves them, money by billing's verbs. */
export async function givenApprovedApplication(caller: SignedUp, { cityNodes, finality = 'solo', framework = 'ethereum', contractPackage }: PaidApplication): Promise<string> {
  const { organisationId } = caller;
  const applicationId = createId('application');
  const rows = await getDb().cityNode.findMany({ where: { code: { in: [...cityNodes] } } });
  const actor = actorOf(caller);
  const invoice = await getDb().$transaction(async (tx) => {
    await tx.application.create({
      data: {
        id: applicationId,
        organisationId,
        createdById: caller.session.user.id,
        plan: 'STANDARD',
        state: 'APPROVED',
        name: 'Harbour Receipts',
        framework,
        frameworkVersion: framework === 'fabric' ? '2.5' : 'prague',
        finality,
        ...(contractPackage ? { contractPackage: contractPackage as Prisma.InputJsonObject } : {}),
        cityNodes: { create: cityNodes.map((code, position) => ({ cityNodeId: rows.find((row) => row.code === code)?.id ?? '', position })) },
      },
    });
    return createInvoice(tx, { organisationId, applicationId, plan: 'STANDARD', actor });
  });
  const card = cardSchema.parse({ number: testCards.succeeds, expiryMonth: 12, expiryYear: new Date().getUTCFullYear() + 2, cvc: '123' });
  await payInvoice({ invoiceId: invoice.id, organisationId, card, actor }, { paid: async () => undefined });
  return applicationId;
}

/** The same, with its operation begun; nobody has rung for it. */
export async function givenPaidApplication(caller: SignedUp, application: PaidApplication): Promise<{ applicationId: string; operationId: string }> {
  const applicationId = await givenApprovedApplication(caller, application);
  const { operationId } = await getDb().$transaction((tx) => beginProvision(tx, { applicationId, actor: actorOf(caller) }));
  return { applicationId, operationId };
}

/** The operation once it is final; fails with what it hangs on after `msMax`. */
export async function finalOperation(operationId: string, msMax: number): Promise<OperationView> {
  const endMs = Date.now() + msMax;
  for (;;) {
    const view = await getOperation(operationId, {});
    if (isFinalOperation(view.state)) return view;
    if (Date.now() > endMs) throw new Error(`operation is not final after ${msMax} ms:\n${JSON.stringify(view, null, 2)}`);
    await delay(25);
  }
}
