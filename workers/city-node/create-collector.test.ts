import { expect, it } from 'vitest';
import { createCollector } from './create-collector';

it('what nothing refers to any more is collected when the process comes to rest, and nobody else can ask for that', () => {
  const collect = createCollector();
  const gone = new WeakRef(makeGarbage());
  return new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    collect();
    expect(gone.deref()).toBeUndefined();
    expect('gc' in globalThis).toBe(false);
  });
});

function makeGarbage(): { readonly bytes: Uint8Array } {
  return { bytes: new Uint8Array(1_000_000) };
}
