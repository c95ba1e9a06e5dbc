import type { IpcMessage } from './ipc-calls';
import { encodeError } from './wire-error';
import type { OpenDedicated } from './protocol';
import { servePeer, type ServedPeer } from './serve-peer';

/** How long what is under way may take at the end. */
const closeMs = 20_000;

/** Begun by the city node's process, and ends with it, however that ends. */
function main(): void {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error('This process is started by a city node, which runs a peer in it: it cannot be started by hand.');
  let served: ServedPeer | undefined;
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), closeMs).unref();
    Promise.resolve(served?.close()).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('message', (message: { kind: 'open'; open: OpenDedicated } | { kind: 'close' } | IpcMessage) => {
    if (message.kind === 'close') return end();
    if (message.kind !== 'open') return served?.calls.receive(message);
    servePeer(message.open, { send: (out, done) => void (process.connected ? send(out, undefined, undefined, done) : done(new Error('the city node is gone'))) }).then(
      (opened) => {
        served = opened;
        send({ kind: 'opened' });
        if (isEnding) void opened.close().then(() => process.exit(0));
      },
      (error: unknown) => send({ kind: 'failed', error: encodeError(error) }, undefined, undefined, () => process.exit(1)),
    );
  });
  process.on('disconnect', end);
  // A signal to the whole group is the city node's to answer: it tells this process when it is time.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
}

main();
