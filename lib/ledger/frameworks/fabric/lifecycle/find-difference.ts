import { bytesEqual } from '@/lib/platform/pure/bytes';
import { collectionConfigPackage } from './messages';
import type { Parameters } from './definition';

/** In which the second differs from the first, in Fabric's words (ChaincodeParameters.Equal); undefined: in nothing. */
export function findDifference(expected: Parameters, passed: Parameters): string | undefined {
  const differ = (what: string, one: unknown, other: unknown): string => `expected ${what} '${String(one)}' does not match passed ${what} '${String(other)}'`;
  if (expected.version !== passed.version) return differ('Version', expected.version, passed.version);
  if (expected.endorsementPlugin !== passed.endorsementPlugin) return differ('EndorsementPlugin', expected.endorsementPlugin, passed.endorsementPlugin);
  if (expected.initRequired !== passed.initRequired) return differ('InitRequired', expected.initRequired, passed.initRequired);
  if (expected.validationPlugin !== passed.validationPlugin) return differ('ValidationPlugin', expected.validationPlugin, passed.validationPlugin);
  if (!bytesEqual(expected.validationParameter, passed.validationParameter)) {
    return differ('ValidationParameter', Buffer.from(expected.validationParameter).toString('hex'), Buffer.from(passed.validationParameter).toString('hex'));
  }
  const isSame = bytesEqual(collectionConfigPackage.encode(expected.collections), collectionConfigPackage.encode(passed.collections));
  return isSame ? undefined : 'Collections do not match';
}
