import { setTimeout as delay } from 'node:timers/promises';
import type { Caller } from '@/lib/access-keys';
import { createPerson } from '@/lib/identity/testing';
import { getOperation, isFinalOperation, type OperationView } from '@/lib/operations';
import { createId } from '@/lib/platform';

/** Somebody who has just signed up. */
export async function givenCaller(): Promise<Caller & { organisationId: string }> {
  const person = await createPerson();
  return { session: await person.session(), requestId: createId('request'), organisationId: person.organisationId };
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
