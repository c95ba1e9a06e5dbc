import { z } from 'zod';
import { caCodes, FabricCaError } from './fabric-ca-error';
import { limits } from './limits';

/** What an authority says of an identity beside its name; `ecert`: in each certificate, unless the request names others. */
export interface Attribute {
  name: string;
  value: string;
  ecert: boolean;
}

export const attributeSchema = z.object({
  name: z.string().min(1).max(limits.attributeNameCharacters),
  value: z.string().max(limits.attributeValueCharacters).default(''),
  ecert: z.boolean().default(false),
});
export const attributesSchema = z.array(attributeSchema).max(limits.attributes, `an identity has at most ${limits.attributes} attributes`);

export const attributeNames = {
  roles: 'hf.Registrar.Roles',
  delegateRoles: 'hf.Registrar.DelegateRoles',
  registrarAttributes: 'hf.Registrar.Attributes',
  revoker: 'hf.Revoker',
  genCrl: 'hf.GenCRL',
  affiliationManager: 'hf.AffiliationMgr',
  intermediateCa: 'hf.IntermediateCA',
  enrollmentId: 'hf.EnrollmentID',
  type: 'hf.Type',
  affiliation: 'hf.Affiliation',
} as const;

/** What the first registrar of an authority may: all that there is. `hf.IntermediateCA` is not among it, nobody has it. */
export const registrarAttributes: readonly Attribute[] = [
  { name: attributeNames.roles, value: '*', ecert: false },
  { name: attributeNames.delegateRoles, value: '*', ecert: false },
  { name: attributeNames.registrarAttributes, value: '*', ecert: false },
  { name: attributeNames.revoker, value: 'true', ecert: false },
  { name: attributeNames.genCrl, value: 'true', ecert: false },
  { name: attributeNames.affiliationManager, value: 'true', ecert: false },
];

/** As a row keeps them. */
export function readAttributes(stored: unknown): Attribute[] {
  return attributesSchema.parse(stored);
}

/** What every identity has of itself. */
export function withOwnAttributes(attributes: readonly Attribute[], identity: { enrollmentId: string; type: string; affiliation: string }): Attribute[] {
  return mergeNames([
    ...attributes,
    { name: attributeNames.enrollmentId, value: identity.enrollmentId, ecert: true },
    { name: attributeNames.type, value: identity.type, ecert: true },
    { name: attributeNames.affiliation, value: identity.affiliation, ecert: true },
  ]);
}

function mergeNames(attributes: readonly Attribute[]): Attribute[] {
  return [...new Map(attributes.map((one) => [one.name, one])).values()];
}

/** Changes as Fabric CA makes them: an empty value takes the attribute away. */
export function changeAttributes(present: readonly Attribute[], changes: readonly Attribute[]): Attribute[] {
  const byName = new Map(present.map((one) => [one.name, one]));
  for (const change of changes) {
    if (change.value === '') byName.delete(change.name);
    else byName.set(change.name, change);
  }
  if (byName.size > limits.attributes) throw new FabricCaError(400, caCodes.modifyIdentity, `An identity has at most ${limits.attributes} attributes`);
  return [...byName.values()];
}

export const attributeRequestsSchema = z.array(z.object({ name: z.string().min(1).max(limits.attributeNameCharacters), optional: z.boolean().default(false) })).max(limits.attributes);
export type AttributeRequests = z.infer<typeof attributeRequestsSchema>;

/**
 * The attributes that go into a certificate, as the JSON that chaincode reads; undefined for none. Without requests those
 * marked `ecert`.
 * @throws FabricCaError for one that is required and missing, and for more than a certificate carries
 */
export function encodeAttributes(attributes: readonly Attribute[], requests: AttributeRequests | undefined): Uint8Array | undefined {
  const byName = new Map(attributes.map((one) => [one.name, one]));
  const wanted = requests ?? attributes.filter(({ ecert }) => ecert).map(({ name }) => ({ name, optional: true }));
  if (requests === undefined && wanted.length === 0) return undefined;
  const missing = wanted.filter(({ name, optional }) => !optional && !byName.has(name)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new FabricCaError(400, caCodes.attributes, `Failed to find requested attributes: The following required attributes are missing: [${missing.join(' ')}]`);
  }
  // Sorted, as Go writes maps: the same attributes are the same bytes.
  const names = [...new Set(wanted.map(({ name }) => name))].filter((name) => byName.has(name)).sort();
  const json = Buffer.from(JSON.stringify({ attrs: Object.fromEntries(names.map((name) => [name, byName.get(name)?.value])) }), 'utf8');
  if (json.length > limits.attributesBytes) {
    throw new FabricCaError(400, caCodes.attributes, `The attributes of the certificate have ${json.length} bytes, and at most ${limits.attributesBytes} fit: ask for fewer`);
  }
  return json;
}
