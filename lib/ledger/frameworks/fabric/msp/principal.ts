import { readPemCertificate, type Certificate } from './certificate';
import { FabricRefusal, readWithin } from './refusal';
import { readWire } from './wire';

/** Roles of msp.MSPRole by their numbers. */
export const mspRoles = ['member', 'admin', 'client', 'peer', 'orderer'] as const;
export type MspRole = (typeof mspRoles)[number];

/** Of msp.MSPPrincipal.principal_classification. */
export const classification = { role: 0, organizationUnit: 1, identity: 2, anonymity: 3, combined: 4 } as const;

/** msp.MSPPrincipal as it came; `decodePrincipal` says what it means. */
export interface RawPrincipal {
  readonly classification: number;
  readonly principal: Uint8Array;
}

/** Who is meant by a principal. */
export type Principal =
  | { readonly kind: 'role'; readonly mspId: string; readonly role: MspRole }
  | { readonly kind: 'unit'; readonly mspId: string; readonly unit: string; /** Hexadecimal digits. */ readonly certifiers: string }
  | { readonly kind: 'identity'; readonly mspId: string; readonly certificate: Certificate }
  | { readonly kind: 'anyone' }
  /** All of them at once. */
  | { readonly kind: 'combined'; readonly principals: readonly Principal[] }
  /** One that nobody is, with the reason. Fabric finds it when somebody is held against it, never before. */
  | { readonly kind: 'nobody'; readonly reason: string };

const principalBytesMax = 64 * 1024;
const combinedDepthMax = 8;
const combinedMax = 64;

/** @throws FabricRefusal malformed, limit */
export function readPrincipal(bytes: Uint8Array): RawPrincipal {
  if (bytes.length > principalBytesMax) throw new FabricRefusal('limit', `A principal is larger than ${principalBytesMax} bytes`);
  const message = readWire(bytes, 'MSPPrincipal');
  return { classification: message.int32(1), principal: message.bytes(2) };
}

/** Never throws for what it is given: a principal that cannot be read is one that nobody satisfies, as in Fabric. */
export function decodePrincipal(raw: RawPrincipal): Principal {
  try {
    return decode(raw, 1, { left: combinedMax });
  } catch (error) {
    if (error instanceof FabricRefusal) return { kind: 'nobody', reason: error.message };
    throw error;
  }
}

function decode(raw: RawPrincipal, depth: number, budget: { left: number }): Principal {
  budget.left -= 1;
  if (budget.left < 0 || depth > combinedDepthMax) return { kind: 'nobody', reason: `a principal combines more than ${combinedMax} others, or deeper than ${combinedDepthMax}` };
  switch (raw.classification) {
    case classification.role:
      return decodeRole(raw.principal);
    case classification.organizationUnit: {
      const unit = readWire(raw.principal, 'OrganizationUnit');
      return { kind: 'unit', mspId: unit.text(1), unit: unit.text(2), certifiers: Buffer.from(unit.bytes(3)).toString('hex') };
    }
    case classification.identity: {
      const named = readWithin('invalid identity principal, not a certificate', () => readWire(raw.principal, 'SerializedIdentity'));
      return { kind: 'identity', mspId: named.text(1), certificate: readWithin('invalid identity principal, not a certificate', () => readPemCertificate(named.bytes(2))) };
    }
    case classification.anonymity:
      return decodeAnonymity(raw.principal);
    case classification.combined: {
      const parts = readWire(raw.principal, 'CombinedPrincipal').all(1);
      if (parts.length === 0) return { kind: 'nobody', reason: 'No principals in CombinedPrincipal' };
      return { kind: 'combined', principals: parts.map((part) => decode(readPrincipal(part), depth + 1, budget)) };
    }
    default:
      return { kind: 'nobody', reason: `invalid principal type ${raw.classification}` };
  }
}

function decodeRole(bytes: Uint8Array): Principal {
  const message = readWire(bytes, 'MSPRole');
  const number = message.int32(2);
  const role = mspRoles[number];
  return role ? { kind: 'role', mspId: message.text(1), role } : { kind: 'nobody', reason: `invalid MSP role type ${number}` };
}

function decodeAnonymity(bytes: Uint8Array): Principal {
  const type = readWire(bytes, 'MSPIdentityAnonymity').int32(1);
  if (type === 0) return { kind: 'anyone' };
  if (type === 1) return { kind: 'nobody', reason: 'Principal is anonymous, but X.509 MSP does not support anonymous identities' };
  return { kind: 'nobody', reason: `Unknown principal anonymity type: ${type}` };
}
