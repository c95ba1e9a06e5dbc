import { AppError } from '@/lib/platform';
import type { Prisma } from '@/lib/platform/generated/prisma/client';
import type { BoundDefinition, StepContext, StepOutcome, StepResult } from './definition';
import type { Lease } from './lease-keeper';
import { stepAttemptsMax } from './retry-policy';
import { writeUnderLease } from './write-under-lease';

/** Remembered results by step name; null for a step without one. */
export type StepMemory = Map<string, unknown>;

/** A try that takes longer is given up, and tried again: no step waits for ever. */
const tryMsMax = 15_000;

interface TryScope {
  lease: Lease;
  shutdown: AbortSignal;
  subject: { operationId: string; organisationId: string | null; applicationId: string | null };
  memory: StepMemory;
  /** What unfinished steps kept for a further try. */
  drafts: ReadonlyMap<string, unknown>;
}

/** Runs a step once. After the try has ended, whatever is left of it can write nothing any more. */
export async function tryStep(step: BoundDefinition['steps'][number], scope: TryScope, attempt: number): Promise<StepOutcome> {
  if (attempt > stepAttemptsMax) {
    // Earlier workers died in this step again and again.
    throw new AppError('INTERNAL', {}, { publicMessage: 'This step was interrupted too often, so it was given up.' });
  }
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(tookTooLong(step.name)), tryMsMax);
  const signal = AbortSignal.any([scope.lease.signal, scope.shutdown, ended.signal]);
  const write: StepContext<never>['write'] = (work) => {
    signal.throwIfAborted();
    return writeUnderLease(scope.lease, work);
  };
  const row = { operationId_name: { operationId: scope.subject.operationId, name: step.name } };
  const context = {
    ...scope.subject,
    attempt,
    signal,
    write,
    remembered: scope.drafts.get(step.name),
    remember: (value: StepResult) =>
      write(async (tx) => {
        await tx.operationStep.update({ where: row, data: { result: value as Prisma.InputJsonObject } });
      }),
    resultOf: <T>(name: string, schema: { parse(value: unknown): T }): T => schema.parse(scope.memory.get(name)),
    report: (message: string) =>
      write(async (tx) => {
        await tx.operationStep.update({ where: row, data: { message } });
      }),
  };
  try {
    return (await Promise.race([step.run(context), rejectOnAbort(signal)])) ?? {};
  } finally {
    clearTimeout(timer);
    ended.abort(new Error('the try has ended'));
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function tookTooLong(step: string): AppError<'UNAVAILABLE'> {
  return new AppError('UNAVAILABLE', { what: step }, { publicMessage: `This took longer than ${tryMsMax / 1000} seconds; it is tried again.` });
}
