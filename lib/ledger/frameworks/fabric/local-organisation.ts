import type { KeyObject } from 'node:crypto';
import { FieldWriter } from '@/lib/platform/pure/wire';
import { bytesEqual, bytesToHex } from '@/lib/platform/pure/bytes';
import { sha256 } from '../../core/crypto';
import { toMspConfig, type OrganisationSettings } from './config';
import { readPemCertificate } from './msp/certificate';
import { checkNodeRole } from './msp/check-node-role';
import { createIdentity } from './msp/create-identity';
import { createMsp } from './msp/create-msp';
import { createMspManager, type MspManager } from './msp/create-msp-manager';
import { decodeMspConfig } from './msp/decode-msp-config';
import type { Msp } from './msp/msp';
import { FabricRefusal } from './msp/refusal';
import { validateIdentity } from './msp/validate-identity';
import { signEcdsa, type IdentitySigner } from './protocol';

/** An organisation as a machine of its own knows it, without a channel. */
export interface LocalOrganisation {
  readonly mspId: string;
  readonly msp: Msp;
  readonly msps: MspManager;
  /** The same for two descriptions with the same roots: that is what makes them one organisation. */
  readonly rootsHash: string;
}

/** What the certificate of an organisation's peer or orderer says. */
export interface LocalCertificate {
  /** Hexadecimal digits. */
  readonly serial: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** @throws FabricRefusal when its certificates cannot be used */
export function openOrganisation(settings: OrganisationSettings): LocalOrganisation {
  const msp = createMsp(decodeMspConfig(toMspConfig(settings)));
  return { mspId: settings.mspId, msp, msps: createMspManager([msp]), rootsHash: hashRoots(settings) };
}

/** Hexadecimal digits. @throws FabricRefusal for what is no certificate */
export function hashRoots({ rootCertificates }: Pick<OrganisationSettings, 'rootCertificates'>): string {
  const roots = rootCertificates.map((pem) => sha256(readPemCertificate(Buffer.from(pem, 'utf8')).der)).sort((a, b) => Buffer.compare(a, b));
  return bytesToHex(sha256(Buffer.concat(roots.filter((root, at) => at === 0 || !bytesEqual(root, roots[at - 1] as Uint8Array)))));
}

/**
 * Reads the certificate (PEM) of the organisation's peer or orderer. Whether it has ended is for whoever has a clock.
 * @throws FabricRefusal when it is not of the organisation, is revoked, or does not have the role
 */
export function readMemberCertificate({ msp }: LocalOrganisation, pem: string, role: 'peer' | 'orderer'): LocalCertificate {
  const identity = createIdentity(msp, Buffer.from(pem, 'utf8'));
  const invalid = validateIdentity(identity) ?? (msp.nodeUnits === undefined ? undefined : checkNodeRole(identity, role));
  if (invalid !== undefined) throw new FabricRefusal('not-allowed', invalid);
  const { serial, notBeforeMs, notAfterMs, publicKeyDer } = identity.certificate;
  return { serial: serial.toString(16), notBeforeMs, notAfterMs, publicKey: publicKeyDer };
}

/** Signs as the holder of a certificate (PEM). Throws TypeError for a key of another kind than Fabric's. */
export function createIdentitySigner(mspId: string, pem: string, privateKey: KeyObject): IdentitySigner {
  const serialized = new FieldWriter().text(1, mspId).bytes(2, Buffer.from(pem, 'utf8')).finish();
  return { serialized, sign: (message) => signEcdsa(privateKey, message) };
}
