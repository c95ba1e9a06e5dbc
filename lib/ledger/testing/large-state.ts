import type { Framework } from '../core/framework';
import type { StateWrite } from '../core/storage';
import { counterFramework } from './counter-framework';

/** Counters beside that many entries of 40 KiB which are there from the genesis block on: a state of several ranges. */
export function largeStateFramework(entries: number): Framework {
  const blobs = Array.from({ length: entries }, (_, at): StateWrite => ({ key: Buffer.from(`blob/${String(at).padStart(6, '0')}`), value: new Uint8Array(40 * 1024).fill(1 + (at % 255)) }));
  return {
    ...counterFramework,
    open: (context) => {
      const instance = counterFramework.open(context as Parameters<typeof counterFramework.open>[0]);
      const initGenesis = instance.initGenesis.bind(instance);
      return Object.assign(instance, {
        initGenesis: async (input: Parameters<typeof initGenesis>[0]) => {
          const executed = await initGenesis(input);
          return { ...executed, writes: [...blobs, ...executed.writes].sort((a, b) => Buffer.compare(a.key, b.key)) };
        },
      });
    },
  };
}
