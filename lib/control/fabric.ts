import { z } from 'zod';

/**
 * Identities of Fabric organisations on a host: an MSP id names one organisation of a host, whatever channels it is in. Keys
 * are made on the host and never leave it; the organisation's authority certifies them.
 */

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
const pem = z.string().max(16_384);
const certificatesSchema = z.array(pem).max(16);

export const mspIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/, 'an MSP id has 1 to 64 letters, digits, dots and hyphens');
/** `peer` endorses for the organisation and keeps its private data; `orderer` signs the host's copies of blocks. */
export const fabricRoleSchema = z.enum(['peer', 'orderer']);
export type FabricRole = z.infer<typeof fabricRoleSchema>;

export const fabricIdentityNameSchema = z.object({ mspId: mspIdSchema, role: fabricRoleSchema });
export type FabricIdentityName = z.infer<typeof fabricIdentityNameSchema>;

/** A certified identity that the host holds. */
export const fabricHoldingSchema = fabricIdentityNameSchema.extend({
  /** Of its certificate, hexadecimal digits. */
  serial: z.string().regex(/^[0-9a-f]{1,64}$/),
  notAfterMs: z.number().int(),
  /** SHA-256 of DER SubjectPublicKeyInfo, hexadecimal digits. */
  publicKeyHash: hex32,
});
export type FabricHolding = z.infer<typeof fabricHoldingSchema>;

/** `POST /v1/fabric/identities/{mspId}/{role}/request`: a PKCS#10 request for the identity's key, which is made at the first call. */
export const fabricRequestSchema = z.object({
  /** Hash of a public key that must not be used again: a host that has this key makes another. */
  retire: hex32.optional(),
});
export const fabricRequestResultSchema = z.object({
  /** PEM. It carries no wishes: the authority decides the names, with the unit `peer` or `orderer`. */
  request: z.string().max(8_192),
  publicKeyHash: hex32,
  /** Absent before its first certificate. */
  holding: fabricHoldingSchema.optional(),
});

/** What an organisation's MSP says of itself, as in a channel's configuration; all PEM. */
export const fabricOrganisationSchema = z.strictObject({
  rootCertificates: certificatesSchema.min(1),
  intermediateCertificates: certificatesSchema.optional(),
  revocationLists: z.array(z.string().max(256 * 1024)).max(16).optional(),
  adminCertificates: certificatesSchema.optional(),
  nodeUnits: z.boolean().optional(),
});
export type FabricOrganisation = z.infer<typeof fabricOrganisationSchema>;

/** `PUT /v1/fabric/identities/{mspId}/{role}`: in use when it answers. CONFLICT for another organisation of that MSP id. */
export const putFabricCertificateSchema = z.object({ certificate: pem, organisation: fabricOrganisationSchema });
export type PutFabricCertificate = z.infer<typeof putFabricCertificateSchema>;

/** `GET /v1/fabric/identities`. */
export const fabricIdentitiesSchema = z.object({ identities: z.array(fabricHoldingSchema) });
