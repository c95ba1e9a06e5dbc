import type { Identity } from './msp';

/**
 * Has the identity expired at `atMs`? Undefined when it has not. Fabric asks where a transaction enters, a peer before it
 * endorses and an orderer before it orders (core/handlers/auth/filter/expiration.go, orderer/common/msgprocessor/expiration.go),
 * never when a block is validated. Where peers must agree, `atMs` comes from the block, not from a clock.
 */
export function checkExpiry({ certificate: { notAfterMs } }: Identity, atMs: number): string | undefined {
  return atMs > notAfterMs ? 'client identity expired' : undefined;
}
