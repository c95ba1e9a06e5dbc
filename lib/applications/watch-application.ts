import { requireApplication, type Caller } from '@/lib/access-keys';
import { watchLedger } from '@/lib/explorer';
import { isExplored } from './frameworks';
import { mayDo } from '@/lib/identity';
import { getMeters } from '@/lib/metering';
import { getDb } from '@/lib/platform';
import { setTimeout as delay } from 'node:timers/promises';
import { isFinal, isRunning } from './application-state';
import type { ApplicationEvent } from './client';
import { createLatestQueue, type LatestQueue } from './latest-queue';
import { applicationNotFound } from './move-application';

const stateMs = 1_000;
const metersMs = 2_000;

interface Watch {
  caller: Caller;
  applicationId: string;
  seesMoney: boolean;
  events: LatestQueue<ApplicationEvent>;
  signal: AbortSignal;
}

/**
 * What changes on an application's page: its state, the newest blocks while it runs, its meters. Each as it is now
 * and then after each change, until `signal` is aborted or nothing more can change. A reader that is slow skips what
 * is outdated.
 *
 * @throws AppError NOT_FOUND, FORBIDDEN.
 */
export async function* watchApplication(caller: Caller, applicationId: string, signal: AbortSignal): AsyncGenerator<ApplicationEvent> {
  const { organisationId } = await requireApplication(caller, applicationId, 'application.read');
  const role = caller.session.organisations.find((organisation) => organisation.id === organisationId)?.role;
  const seesMoney = role !== undefined && mayDo(role, 'billing.read');
  const ending = new AbortController();
  const events = createLatestQueue<ApplicationEvent>();
  const watch = { caller, applicationId, seesMoney, events, signal: AbortSignal.any([signal, ending.signal]) };
  const watching = Promise.all([watchState(watch), watchMeters(watch)]).then(
    () => events.end(),
    (error: unknown) => (watch.signal.aborted ? events.end() : events.fail(error)),
  );
  try {
    yield* events.read();
  } finally {
    ending.abort();
    await watching;
  }
}

/** Follows the row; follows the ledger for as long as the row says that it runs. */
async function watchState(watch: Watch): Promise<void> {
  const { applicationId, seesMoney, events, signal } = watch;
  let last = '';
  let ledger: { stop: AbortController; done: Promise<void> } | undefined;
  try {
    while (!signal.aborted) {
      const row = await getDb().application.findUnique({
        where: { id: applicationId },
        select: { framework: true, state: true, stateReason: true, version: true, invoices: { orderBy: { createdAt: 'desc' }, take: 1, select: { state: true } } },
      });
      if (!row) throw applicationNotFound();
      const { invoices, framework, ...seen } = row;
      const event = { kind: 'state', ...seen, invoiceState: (seesMoney && invoices[0]?.state) || null } as const;
      if (JSON.stringify(event) !== last) events.push('state', event);
      last = JSON.stringify(event);
      if (isFinal(row.state)) return events.end();
      if (isRunning(row.state) && isExplored(framework)) ledger ??= followLedger(watch);
      else ledger?.stop.abort();
      await waitFor(stateMs, signal);
    }
  } finally {
    ledger?.stop.abort();
    await ledger?.done;
  }
}

function followLedger({ caller, applicationId, events, signal }: Watch): { stop: AbortController; done: Promise<void> } {
  const stop = new AbortController();
  const follow = async () => {
    const both = AbortSignal.any([signal, stop.signal]);
    try {
      for await (const page of watchLedger(caller, applicationId, both)) events.push('ledger', { kind: 'ledger', page });
    } catch (error) {
      if (!both.aborted) events.fail(error);
    }
  };
  return { stop, done: follow() };
}

async function watchMeters({ caller, applicationId, events, signal }: Watch): Promise<void> {
  let last = '';
  while (!signal.aborted && !events.isOver()) {
    const meters = await getMeters(caller, applicationId);
    const { measuredAt: _measuredAt, ...figures } = meters;
    if (JSON.stringify(figures) !== last) events.push('meters', { kind: 'meters', meters });
    last = JSON.stringify(figures);
    await waitFor(metersMs, signal);
  }
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
