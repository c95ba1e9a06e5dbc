// Ports: find free ones, refuse taken ones in words, wait until somebody answers.
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './setup-error.mjs';

/** Whether a listener could be opened on the port just now. */
export function isPortFree(port, host = '127.0.0.1') {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(new SetupError(`Port ${port} on ${host} cannot be opened: ${error.message}.`));
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port that nobody uses just now: `preferred` where it is free. None that is spoken for, though nobody listens yet. */
export async function freePort(preferred = 0, spokenFor = new Set()) {
  if (preferred && !spokenFor.has(preferred) && (await isPortFree(preferred))) return preferred;
  const port = await anyPort();
  return spokenFor.has(port) ? freePort(0, spokenFor) : port;
}

function anyPort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Throws a message that names the port and what to change when somebody else has it. */
export async function requireFreePort(port, { host = '127.0.0.1', what, change }) {
  if (await isPortFree(port, host)) return;
  throw new SetupError(
    `Port ${port} on ${host}, meant for ${what}, is taken by another program.\n` +
      `Stop that program, or choose another port with ${change}.`,
  );
}

/**
 * Waits until `check` says true.
 * @param {() => Promise<boolean>} check
 * @param {{ timeoutMs: number, what: string, intervalMs?: number, gaveUp?: () => string | undefined }} options
 *   `gaveUp` may end the wait early with a reason (the process has ended).
 */
export async function waitUntil(check, { timeoutMs, what, intervalMs = 50, gaveUp }) {
  const until = performance.now() + timeoutMs;
  for (;;) {
    if (await check()) return;
    const reason = gaveUp?.();
    if (reason) throw new SetupError(`${what} did not start: ${reason}`);
    if (performance.now() > until) throw new SetupError(`${what} did not answer within ${timeoutMs / 1000} s.`);
    await sleep(intervalMs);
  }
}

/** Whether a GET of the URL answers 200. */
export async function answersOk(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000), redirect: 'manual' });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false; // not listening yet: the caller asks again until its time is over
  }
}
