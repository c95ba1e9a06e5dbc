const store = globalThis as { chainworksSingletons?: Map<string, unknown> };

/** One value per process and name, also when a bundler or hot reload loads this module more than once. */
export function singleton<T>(name: string, make: () => T): T {
  const values = (store.chainworksSingletons ??= new Map());
  if (!values.has(name)) values.set(name, make());
  return values.get(name) as T;
}
