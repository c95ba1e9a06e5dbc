import type { AnyOperationDefinition } from '@/lib/operations';

export type Moment = 'before' | 'after';
/** Called in front of a step's work, and behind it while nothing of it is remembered yet. */
export type StepHook = (operationId: string, step: string, moment: Moment) => Promise<void>;

/** The same operation with a hook around each step: for tests that kill somebody at an exact place. */
export function hookSteps(definition: AnyOperationDefinition, hook: StepHook): AnyOperationDefinition {
  return {
    ...definition,
    bind(input) {
      const bound = definition.bind(input);
      return {
        ...bound,
        steps: bound.steps.map((step) => ({
          ...step,
          async run(context) {
            await hook(context.operationId, step.name, 'before');
            const outcome = await step.run(context);
            await hook(context.operationId, step.name, 'after');
            return outcome;
          },
        })),
      };
    },
  };
}

export interface Place {
  operationId: string;
  step: string;
  moment: Moment;
}

/**
 * A hook that holds each operation at its place until all of them have come to theirs, then does the deed once.
 * Nobody is held afterwards.
 */
export function holdUntilAll(places: readonly Place[], deed: () => Promise<void>): StepHook {
  const waiting = new Map(places.map((place) => [`${place.operationId} ${place.step} ${place.moment}`, place]));
  let done = (): void => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  return async (operationId, step, moment) => {
    if (!waiting.delete(`${operationId} ${step} ${moment}`)) return;
    if (waiting.size === 0) {
      await deed();
      done();
    }
    await all;
  };
}
