import type { MachinePorts } from '../../core/ports';

/**
 * Lets go of what a start had before it failed, of each thing whatever came of the one before. What fails here is logged:
 * it must not stand in the place of why the start failed.
 */
export async function cleanUp(logger: MachinePorts['logger'], ...tasks: readonly (() => unknown)[]): Promise<void> {
  for (const task of tasks) {
    try {
      await task();
    } catch (error) {
      logger.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'after a failed start something could not be let go of');
    }
  }
}
