import { isIP } from 'node:net';
import { addressesMax, isDnsName, isX509Refusal, readRequest, type HostAddresses } from '@/lib/x509';
import { caCodes, FabricCaError } from './fabric-ca-error';

export interface CheckedRequest extends HostAddresses {
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  readonly commonName: string;
  readonly isAuthority: boolean;
}

/**
 * Checks a request for a certificate (PEM) and takes from it what may be taken: the key, whose possession it proves, the
 * common name and the hosts. `hosts` beside the request count instead of those in it, as in Fabric CA.
 * @throws FabricCaError 400
 */
export function readCsr(pem: string, hosts: readonly string[] = []): CheckedRequest {
  try {
    // Older programs write the other label.
    const facts = readRequest(pem.replaceAll('NEW CERTIFICATE REQUEST', 'CERTIFICATE REQUEST'));
    const { publicKey, commonName, isAuthority } = facts;
    const all = hosts.length > 0 ? hosts : [...facts.dnsNames, ...facts.ipAddresses];
    return { publicKey, commonName, isAuthority, ...toAddresses(all) };
  } catch (error) {
    if (!isX509Refusal(error)) throw error;
    throw new FabricCaError(400, caCodes.badRequestForCertificate, `The certificate request cannot be used: ${error.message}`, { cause: error });
  }
}

function toAddresses(hosts: readonly string[]): HostAddresses {
  const names = [...new Set(hosts.map((host) => host.toLowerCase()))];
  const wrong = names.find((name) => isIP(name) === 0 && !isDnsName(name));
  if (wrong !== undefined) throw new FabricCaError(400, caCodes.requestInput, `CSR input validation failed: '${wrong.slice(0, 80)}' is neither a DNS name nor an IP address`);
  if (names.length > addressesMax) throw new FabricCaError(400, caCodes.requestInput, `CSR input validation failed: a certificate names at most ${addressesMax} hosts`);
  return { dnsNames: names.filter((name) => isIP(name) === 0), ipAddresses: names.filter((name) => isIP(name) !== 0) };
}
