import { bytesEqual, bytesToHex } from '@/lib/platform/pure/bytes';
import type { Certificate } from './certificate';
import { checkNodeRole } from './check-node-role';
import type { Identity } from './msp';
import type { MspRole, Principal } from './principal';
import { FabricRefusal } from './refusal';
import { withLowS } from './signed-structure';
import { issuerOf, unitsOf, validateIdentity } from './validate-identity';

/**
 * Does the identity satisfy the principal? Undefined when it does, else the reason (msp/mspimpl.go, satisfiesPrincipalInternalV142).
 * Every kind but an administrator who is named by certificate asks that the identity is valid.
 */
export function checkPrincipal(identity: Identity, principal: Principal): string | undefined {
  switch (principal.kind) {
    case 'role':
      return checkMsp(identity, principal.mspId) ?? checkRole(identity, principal.role);
    case 'unit': {
      const reason = checkMsp(identity, principal.mspId) ?? validateIdentity(identity);
      if (reason !== undefined) return reason;
      const has = unitsOf(identity).some(({ unit, certifiers }) => unit === principal.unit && certifiers === principal.certifiers);
      return has ? undefined : 'The identities do not match';
    }
    case 'identity':
      return checkIdentityMsp(identity, principal.mspId) ?? checkSame(identity, principal.certificate);
    case 'anyone':
      return undefined;
    case 'combined':
      return firstReason(principal.principals, (one) => checkPrincipal(identity, one));
    case 'nobody':
      return principal.reason;
  }
}

function firstReason<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const reason = check(item);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function checkMsp({ msp }: Identity, expected: string): string | undefined {
  return msp.id === expected ? undefined : `the identity is a member of a different MSP (expected ${expected}, got ${msp.id})`;
}

function checkRole(identity: Identity, role: MspRole): string | undefined {
  const { msp } = identity;
  if (role === 'member') return validateIdentity(identity);
  if (role === 'admin') {
    if (msp.admins.has(bytesToHex(identity.certificate.der))) return undefined;
    if (!msp.nodeUnits) return 'This identity is not an admin';
  }
  // Without roles by units Fabric does not know what an orderer is.
  if (role === 'orderer' && !msp.nodeUnits) return 'invalid MSP role type 4';
  const invalid = validateIdentity(identity);
  if (invalid !== undefined) return `The identity is not valid under this MSP [${msp.id}]: ${invalid}`;
  const reason = checkNodeRole(identity, role);
  return reason && `The identity is not ${role === 'admin' ? 'an admin' : `a [${role.toUpperCase()}]`} under this MSP [${msp.id}]: ${reason}`;
}

function checkIdentityMsp({ msp }: Identity, named: string): string | undefined {
  return msp.id === named ? undefined : `invalid identity principal, not a certificate: expected MSP ID ${msp.id}, received ${named}`;
}

/**
 * The very certificate, in either form of its signature, and it must be valid. The named one needs no chain of its own: with
 * the same bytes it has this one's.
 */
function checkSame(identity: Identity, named: Certificate): string | undefined {
  const { certificate } = identity;
  const issuer = issuerOf(identity);
  if (!issuer) return validateIdentity(identity);
  const isSame = bytesEqual(named.signed.toBeSigned.whole, certificate.signed.toBeSigned.whole) && isEqualInLowS(named, certificate, issuer);
  return isSame ? validateIdentity(identity) : 'The identities do not match';
}

function isEqualInLowS(named: Certificate, certificate: Certificate, issuer: Certificate): boolean {
  try {
    return bytesEqual(withLowS(named.signed, issuer.publicKey), certificate.der);
  } catch (error) {
    if (error instanceof FabricRefusal) return false;
    throw error;
  }
}
