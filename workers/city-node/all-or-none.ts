/**
 * What each task came to. Rejects with the failure of the first that failed, in the order of the tasks, once all have
 * ended, so that nothing opens behind its back; the other failures are told to `onFurther`.
 */
export async function allOrNone<T extends readonly unknown[]>(tasks: readonly [...{ readonly [At in keyof T]: Promise<T[At]> }], onFurther: (error: unknown) => void): Promise<T> {
  const ended = await Promise.allSettled(tasks);
  const [, ...further] = ended.flatMap((task) => (task.status === 'rejected' ? [task.reason as unknown] : []));
  for (const error of further) onFurther(error);
  return (await Promise.all(tasks)) as unknown as T;
}
