import type { Certificate } from './certificate';
import type { AuthorityPool } from './find-chain';
import type { RevocationList } from './revocation-list';

/** The roles that an organisation may give by a unit in the certificate's name. */
export type NodeRole = 'client' | 'peer' | 'admin' | 'orderer';

/** A unit and, when it is bound to a path of authorities, the hash of that path in hexadecimal digits. */
export interface KnownUnit {
  readonly unit: string;
  readonly certifiers: string | undefined;
}

/**
 * An organisation's MSP, set up from its configuration. Behaves as Fabric's MSP of version 1.4.3, the one of channels with
 * the capability V1_4_3 or later. Holds no clock: what it answers follows from configuration and certificate alone.
 */
export interface Msp extends AuthorityPool {
  readonly id: string;
  /** Hashes of node:crypto. */
  readonly signatureHash: 'sha256' | 'sha3-256';
  readonly identityHash: 'sha256' | 'sha384' | 'sha3-256' | 'sha3-384';
  readonly revocationLists: readonly RevocationList[];
  /** DER in hexadecimal digits of the authorities that have another below them: those issue no identities. */
  readonly innerAuthorities: ReadonlySet<string>;
  /** Units of which every identity must have one, with the paths for which they hold; empty when none is asked for. */
  readonly requiredUnits: ReadonlyMap<string, ReadonlySet<string>>;
  /** Undefined when roles are not told apart by units. */
  readonly nodeUnits: ReadonlyMap<NodeRole, KnownUnit> | undefined;
  /** DER in hexadecimal digits. */
  readonly admins: ReadonlySet<string>;
}

/** Who signs: a certificate under its organisation's MSP. Made by `createIdentity`. */
export interface Identity {
  readonly msp: Msp;
  /** Its signature is in low-S form. */
  readonly certificate: Certificate;
  /** Hash of the certificate, hexadecimal digits. Two encodings of one certificate have the same. */
  readonly id: string;
}
