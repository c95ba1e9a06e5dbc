import type { z } from 'zod';
import type { Tx } from '@/lib/platform';
import type { OperationFailure } from './retry-policy';

/** Ids, public keys, hashes and other public values only; never a secret. */
export type StepResult = Readonly<Record<string, unknown>>;

export interface StepOutcome {
  /** Remembered: later steps and a resumed run read it. */
  readonly result?: StepResult;
  /** What was done, in plain words, for the person who watches. */
  readonly message?: string;
  /** Changes that belong to the step, written in the transaction that marks it as done: both or neither. */
  readonly commit?: (tx: Tx) => Promise<void>;
}

export interface StepContext<Input> {
  readonly operationId: string;
  readonly organisationId: string | null;
  readonly applicationId: string | null;
  readonly input: Input;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Aborted when this worker lost the lease or shuts down. */
  readonly signal: AbortSignal;
  /** The remembered result of an earlier step, parsed. */
  resultOf<T>(step: string, schema: z.ZodType<T>): T;
  /**
   * A database transaction that only a worker which still holds the lease can commit.
   * No call to queue, network or ledger inside.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** What an earlier try of this step kept with `remember`; undefined when there is nothing. */
  readonly remembered: unknown;
  /** Keeps something for a further try of this step, should this one be interrupted. The step's result replaces it. */
  remember(value: StepResult): Promise<void>;
  /** Shows what is going on within a long step. */
  report(message: string): Promise<void>;
}

export interface StepDefinition<Input> {
  /** Stable: rows of running operations carry it. */
  readonly name: string;
  /** May run again after any interruption, so it finds what an earlier try left and goes on from there. */
  run(context: StepContext<Input>): Promise<StepOutcome | void>;
  /** When given: a step that cannot be done is passed over with this message, and the operation goes on. */
  readonly orElse?: string;
}

export interface OperationSubject<Input> {
  readonly operationId: string;
  readonly organisationId: string | null;
  readonly applicationId: string | null;
  readonly input: Input;
}

/** One kind of long action: data and functions. Workers assemble all of them into a registry. */
export interface OperationDefinition<Input = unknown> {
  readonly kind: string;
  readonly inputSchema: z.ZodType<Input>;
  readonly steps: readonly StepDefinition<Input>[];
  /** In the transaction that ends the operation. */
  onSucceeded?(tx: Tx, subject: OperationSubject<Input>): Promise<void>;
  /**
   * In the transaction that ends the operation. Returns ids of operations that it began (a refund), whose bells are
   * rung after the commit.
   */
  onFailed?(tx: Tx, subject: OperationSubject<Input>, failure: OperationFailure): Promise<readonly string[] | void>;
}

/** Definition as the registry holds it: its input type is known to itself alone. */
export interface AnyOperationDefinition {
  readonly kind: string;
  readonly stepNames: readonly string[];
  /** Binds the definition to an operation's stored input; throws when that does not parse. */
  bind(input: unknown): BoundDefinition;
}

export interface BoundDefinition {
  readonly steps: readonly { name: string; orElse?: string | undefined; run(context: Omit<StepContext<never>, 'input'>): Promise<StepOutcome | void> }[];
  onSucceeded(tx: Tx, subject: Omit<OperationSubject<never>, 'input'>): Promise<void>;
  onFailed(tx: Tx, subject: Omit<OperationSubject<never>, 'input'>, failure: OperationFailure): Promise<readonly string[]>;
}

/** Closes a definition over its input type, so that definitions of different inputs fit one registry. */
export function defineOperation<Input>(definition: OperationDefinition<Input>): AnyOperationDefinition {
  return {
    kind: definition.kind,
    stepNames: definition.steps.map((step) => step.name),
    bind(stored) {
      const input = definition.inputSchema.parse(stored);
      return {
        steps: definition.steps.map((step) => ({
          name: step.name,
          orElse: step.orElse,
          run: (context) => step.run({ ...context, input }),
        })),
        async onSucceeded(tx, subject) {
          await definition.onSucceeded?.(tx, { ...subject, input });
        },
        async onFailed(tx, subject, failure) {
          return (await definition.onFailed?.(tx, { ...subject, input }, failure)) ?? [];
        },
      };
    },
  };
}

export type OperationRegistry = ReadonlyMap<string, AnyOperationDefinition>;

export function createOperationRegistry(definitions: readonly AnyOperationDefinition[]): OperationRegistry {
  return new Map(definitions.map((definition) => [definition.kind, definition]));
}
