import { beforeAll, expect, it } from 'vitest';
import type { ApplicationEvent } from './client';
import { deleteApplication } from './publications/delete-application';
import { rejectApplication } from './publications/reject-application';
import { givenAdmin, givenCaller, givenCityNodes, givenColleague, givenSubmitted } from './testing/application-fixture';
import { watchApplication } from './watch-application';

beforeAll(givenCityNodes);

type StateEvent = Extract<ApplicationEvent, { kind: 'state' }>;

async function nextState(events: AsyncGenerator<ApplicationEvent>): Promise<StateEvent> {
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }) {
    if (event.kind === 'state') return event;
  }
  throw new Error('the events ended');
}

it('tells an open page of a decision, of the refund, and of the end, after which it says no more', async () => {
  const [caller, admin] = await Promise.all([givenCaller(), givenAdmin()]);
  const { applicationId } = await givenSubmitted(caller);
  const events = watchApplication(caller, applicationId, new AbortController().signal);
  expect(await nextState(events)).toMatchObject({ state: 'SUBMITTED', invoiceState: 'PAID' });

  const reason = 'The contract has no owner.';
  await rejectApplication(admin, { applicationId, reason });
  let decided = await nextState(events);
  // A look may fall between the decision and the refund.
  if (decided.invoiceState === 'REFUNDING') decided = await nextState(events);
  expect(decided).toMatchObject({ state: 'REJECTED', stateReason: reason, invoiceState: 'REFUNDED' });

  await deleteApplication(caller, { applicationId });
  expect(await nextState(events)).toMatchObject({ state: 'DELETED' });
  await expect(nextState(events)).rejects.toThrow('the events ended');
});

it('sends the meters of an application at once, without blocks while it does not run', async () => {
  const caller = await givenCaller();
  const { applicationId } = await givenSubmitted(caller);
  const leaving = new AbortController();
  const events = watchApplication(caller, applicationId, leaving.signal);
  const first = [(await events.next()).value, (await events.next()).value].map((event) => event?.kind);
  expect(first.toSorted()).toEqual(['meters', 'state']);
  leaving.abort();
  expect((await events.next()).done).toBe(true);
});

it('keeps money from roles that may not see it', async () => {
  const caller = await givenCaller();
  const { applicationId } = await givenSubmitted(caller);
  const viewer = await givenColleague(caller.organisationId, 'VIEWER');
  const leaving = new AbortController();
  expect(await nextState(watchApplication(viewer, applicationId, leaving.signal))).toMatchObject({ state: 'SUBMITTED', invoiceState: null });
  leaving.abort();
});

it("ends at once for another organisation's application", async () => {
  const { applicationId } = await givenSubmitted(await givenCaller());
  const events = watchApplication(await givenCaller(), applicationId, new AbortController().signal);
  await expect(events.next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
