/** In the place of `lmdb` for tests that share a process: see `opensLmdb` in vitest.config.ts. */
export function open(): never {
  throw new Error('This test opens LMDB in a process that it shares with others: name its file in `opensLmdb` of vitest.config.ts.');
}
