import { appendFileSync } from 'node:fs';

/** The real worker, which also writes down every credential that it sends: argument: file. For the search for secrets. */
const file = process.argv[2];
if (file === undefined) throw new Error('usage: telling-worker.ts <file>');
const send = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const credential = new Headers(init?.headers).get('authorization');
  if (credential) appendFileSync(file, `${credential}\n`, { mode: 0o600 });
  return send(input, init);
};
await import('../main');
