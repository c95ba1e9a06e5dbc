import { getDb, getLogger, type Logger, type Tx } from '@/lib/platform';
import { claimOperation } from './claim-operation';
import type { BoundDefinition, OperationRegistry, StepOutcome } from './definition';
import { LeaseLost, type Lease, type LeaseKeeper } from './lease-keeper';
import { canHeal, describeFailure, retryDelayMs, stepAttemptsMax } from './retry-policy';
import { ringBell, ringOperation } from './ring-operation';
import { failStep, finishOperation, putBackStep, releaseOperation } from './step-rows';
import { tryStep, type StepMemory } from './try-step';
import { advanceUnderLease, writeUnderLease } from './write-under-lease';

export interface RunOptions {
  registry: OperationRegistry;
  keeper: LeaseKeeper;
  /** Aborted when the process shuts down: the operation is handed back at once. */
  shutdown: AbortSignal;
}

interface Run {
  id: string;
  lease: Lease;
  log: Logger;
  bound: BoundDefinition;
  subject: { operationId: string; organisationId: string | null; applicationId: string | null };
  memory: StepMemory;
  drafts: ReadonlyMap<string, unknown>;
  shutdown: AbortSignal;
}

/**
 * Claims the operation and runs its steps until it is final, or waits before a further try, or somebody else holds it.
 * Each step is remembered once done. Throws only when the database is away; the lease then ends by itself.
 */
export async function runOperation(operationId: string, options: RunOptions): Promise<void> {
  const lease = options.keeper.open(operationId);
  if (!(await claimOperation(operationId, lease.owner))) return;
  options.keeper.keep(lease);
  const log = getLogger().child({ operationId });
  try {
    const run = await loadRun(operationId, lease, log, options);
    if (run) await runSteps(run);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    log.warn({ err: error }, 'lease lost; another worker goes on');
  } finally {
    options.keeper.release(lease);
  }
}

async function loadRun(id: string, lease: Lease, log: Logger, options: RunOptions): Promise<Run | undefined> {
  const row = await getDb().operation.findUniqueOrThrow({ where: { id }, include: { steps: true } });
  const definition = options.registry.get(row.kind);
  if (!definition) {
    log.error({ kind: row.kind }, 'no such kind of operation in this release');
    const failure = { code: 'UNSUPPORTED', publicMessage: `This release cannot do “${row.kind}”.` };
    await writeUnderLease(lease, (tx) => finishOperation(tx, id, failure));
    return undefined;
  }
  const done = row.steps.filter((step) => step.state === 'DONE');
  return {
    id,
    lease,
    log: log.child({ kind: row.kind, ...(row.applicationId ? { applicationId: row.applicationId } : {}) }),
    bound: definition.bind(row.input),
    subject: { operationId: id, organisationId: row.organisationId, applicationId: row.applicationId },
    memory: new Map(done.map((step) => [step.name, step.result])),
    drafts: new Map(row.steps.flatMap((step) => (step.state === 'DONE' || step.result === null ? [] : [[step.name, step.result]]))),
    shutdown: options.shutdown,
  };
}

/** One write between two steps: the end of the one and the start of the next. */
async function runSteps(run: Run): Promise<void> {
  const waiting = run.bound.steps.map((step, position) => ({ ...step, position })).filter((step) => !run.memory.has(step.name));
  const [first] = waiting;
  if (!first) return succeed(run);
  let { attempt } = await advanceUnderLease(run.lease, { start: { name: first.name, position: first.position } });
  for (const [index, step] of waiting.entries()) {
    const startedAt = Date.now();
    const following = waiting[index + 1];
    const remember = (outcome: StepOutcome) => rememberStep(run, { name: step.name, outcome }, following);
    const done = await tryStep(step, run, attempt)
      .then(remember)
      .catch(async (error: unknown) => {
        const instead = await afterFailure(run, step, attempt, error);
        return instead && remember(instead);
      });
    if (!done) return;
    run.memory.set(step.name, done.result);
    attempt = done.attempt;
    run.log.info({ step: step.name, ms: Date.now() - startedAt }, 'step done');
  }
  run.log.info('operation succeeded');
}

async function rememberStep(
  run: Run,
  done: { name: string; outcome: StepOutcome },
  following: { name: string; position: number } | undefined,
): Promise<{ attempt: number; result: unknown }> {
  const start = following && { name: following.name, position: following.position };
  const { commit, result = null } = done.outcome;
  const end = async (tx: Tx) => {
    await commit?.(tx);
    if (following) return;
    await run.bound.onSucceeded(tx, run.subject);
    await finishOperation(tx, run.id);
  };
  const { attempt } = await advanceUnderLease(run.lease, { done, ...(start ? { start } : {}) }, commit || !following ? end : undefined);
  return { attempt, result };
}

async function succeed(run: Run): Promise<void> {
  await writeUnderLease(run.lease, async (tx) => {
    await run.bound.onSucceeded(tx, run.subject);
    await finishOperation(tx, run.id);
  });
}

/** Decides what a failed try means. An outcome is returned only for a step that may be passed over. */
async function afterFailure(run: Run, step: { name: string; orElse?: string | undefined }, attempt: number, error: unknown): Promise<StepOutcome | undefined> {
  if (error instanceof LeaseLost || run.lease.signal.aborted) throw error instanceof LeaseLost ? error : new LeaseLost(run.id);
  if (run.shutdown.aborted) {
    await writeUnderLease(run.lease, async (tx) => {
      await putBackStep(tx, run.id, step.name, 'The worker restarts; another one goes on.', false);
      return releaseOperation(tx, run.id, 0);
    });
    return undefined;
  }
  const failure = describeFailure(error, run.id);
  if (canHeal(error) && attempt < stepAttemptsMax) {
    const delayMs = retryDelayMs(attempt);
    run.log.warn({ step: step.name, attempt, delayMs, err: error }, 'step failed; it is tried again');
    const claims = await writeUnderLease(run.lease, async (tx) => {
      await putBackStep(tx, run.id, step.name, failure.publicMessage, true);
      return releaseOperation(tx, run.id, delayMs);
    });
    await ringBell(run.id, claims, delayMs);
    return undefined;
  }
  run.log.error({ step: step.name, attempt, err: error }, step.orElse ? 'step passed over' : 'operation failed');
  if (step.orElse) return { message: step.orElse };
  await fail(run, step.name, failure);
  return undefined;
}

async function fail(run: Run, step: string, failure: { code: string; publicMessage: string }): Promise<void> {
  const end = (withHook: boolean) =>
    writeUnderLease(run.lease, async (tx) => {
      await failStep(tx, run.id, step, failure);
      const begun = withHook ? await run.bound.onFailed(tx, run.subject, failure) : [];
      await finishOperation(tx, run.id, failure);
      return begun;
    });
  let begun: readonly string[];
  try {
    begun = await end(true);
  } catch (error) {
    // The database may come back: the lease ends, the next worker fails the operation again.
    if (canHeal(error) || error instanceof LeaseLost) throw error;
    run.log.fatal({ err: error }, 'the failure could not be settled: the operation ends, its subject needs a person');
    begun = await end(false);
  }
  await Promise.all(begun.map((id) => ringOperation(id)));
}
