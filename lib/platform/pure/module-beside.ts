/**
 * Where another module of the program lies that is loaded by its address, as a thread's is: beside the caller, as
 * TypeScript when the program runs from its sources, as JavaScript when it is bundled.
 *
 * @param here the caller's `import.meta.url`
 * @param name relative, without an ending
 */
export function moduleBeside(here: string, name: string): URL {
  return new URL(`${name}${here.endsWith('.ts') ? '.ts' : '.mjs'}`, here);
}
