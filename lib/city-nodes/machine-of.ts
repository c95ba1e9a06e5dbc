import { createHash } from 'node:crypto';

const thisMachine = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Which machine a host runs on, as far as its address tells: equal for two hosts under one name. A fingerprint, because
 * internal addresses are nobody's business.
 */
export function machineOf(controlUrl: string): string {
  const { hostname } = new URL(controlUrl);
  const name = thisMachine.has(hostname) ? 'localhost' : hostname;
  return createHash('sha256').update(`machine:${name}`).digest('hex').slice(0, 16);
}
