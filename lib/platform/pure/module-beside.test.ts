import { expect, it } from 'vitest';
import { moduleBeside } from './module-beside';

it('a module loaded by its address is found from the sources and from a bundle', () => {
  expect(moduleBeside('file:///p/lib/a/b.ts', './c/d').href).toBe('file:///p/lib/a/c/d.ts');
  expect(moduleBeside('file:///p/out/chunk-1.mjs', './c/d').href).toBe('file:///p/out/c/d.mjs');
});
