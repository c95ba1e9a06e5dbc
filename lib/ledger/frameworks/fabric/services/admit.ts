import { checkExpiry } from '../msp/check-expiry';
import { validateIdentity } from '../msp/validate-identity';
import { validIdentities, type SignedData } from '../policy/valid-identities';
import type { Identity } from '../msp/msp';
import type { ServedChannel, ServicePorts, ServiceQuotaRefusal } from './ports';
import { SERVICE_CODES, ServiceRefused } from './service-refused';

/** Who really signed, by the channel's MSPs; undefined: nobody whom it knows, or whose certificate was taken back. */
export function findSigner(channel: ServedChannel, signed: SignedData): Identity | undefined {
  const [identity] = validIdentities([signed], channel.configuration().rules.msps);
  return identity === undefined || validateIdentity(identity) !== undefined ? undefined : identity;
}

/**
 * The organisation whose peer answers an identity: the one by whose entrance the call came, its own if it has a peer here, else
 * the channel's first that has one. Where nobody has, its own: peers elsewhere are asked then, and another organisation's
 * would be given what is for its own.
 */
export function answeringMspId({ endorser }: Pick<ServicePorts, 'endorser'>, mspId: string, entrance: string, homeMspId: string): string {
  if (entrance !== '') return entrance;
  const isHere = (one: string) => endorser.signerOf(one) !== undefined;
  return isHere(homeMspId) && !isHere(mspId) ? homeMspId : mspId;
}

/** Counts one request. Only what somebody of the channel signed is asked about: a stranger uses up nobody's quota. Throws {@link ServiceRefused}. */
export function takeRequest(channel: ServedChannel, ports: Pick<ServicePorts, 'nowMs'>): void {
  const refusal = channel.quota.takeRequest(ports.nowMs());
  if (refusal !== undefined) throw refuseQuota(refusal);
}

/** Counts one request that is about no channel, if a valid member of an organisation with a peer here signed it. Throws {@link ServiceRefused}. */
export function takeLocalRequest(ports: Pick<ServicePorts, 'endorser' | 'nowMs' | 'takeLocalRequest'>, mspId: string, signed: SignedData): void {
  const msps = ports.endorser.localMsps(mspId);
  const identity = msps && validIdentities([signed], msps)[0];
  if (identity === undefined || checkExpiry(identity, ports.nowMs()) !== undefined) return;
  const refusal = ports.takeLocalRequest(mspId);
  if (refusal !== undefined) throw refuseQuota(refusal);
}

export function refuseQuota({ message }: ServiceQuotaRefusal): ServiceRefused {
  return new ServiceRefused(SERVICE_CODES.RESOURCE_EXHAUSTED, message);
}
