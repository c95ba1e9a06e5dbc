import { z } from 'zod';
import { encodeSignaturePolicy } from './policy/encode-signature-policy';
import { parseImplicitMeta } from './policy/implicit-meta';
import { parsePolicy } from './policy/parse-policy';
import { encodeMspConfig } from './msp/encode-msp-config';
import { FabricRefusal } from './msp/refusal';
import { checkChannelId, ConfigInvalid, implicitMeta, POLICY_TYPES, type ChannelOptions, type OrganisationConfig, type PolicyBytes } from './protocol';

const ORGANISATIONS_MAX = 32;
const CERTIFICATES_MAX = 16;
const PEM_LENGTH_MAX = 16_384;
/** A list of some thousands of serial numbers. */
const LIST_LENGTH_MAX = 256 * 1024;
const RULES_MAX = 64;

const pem = (label: string, max = PEM_LENGTH_MAX) =>
  z
    .string()
    .max(max)
    .refine((text) => text.includes(`-----BEGIN ${label}-----`), `PEM is wanted, beginning with -----BEGIN ${label}-----`);
const certificates = z.array(pem('CERTIFICATE')).max(CERTIFICATES_MAX);
const mspId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/, 'an MSP id has 1 to 64 letters, digits, dots and hyphens');

const organisation = z.strictObject({
  mspId,
  /** At least one; identities lead to them. */
  rootCertificates: certificates.min(1),
  intermediateCertificates: certificates.optional(),
  /** For TLS to the organisation's own machines; kept for clients to read. */
  tlsRootCertificates: certificates.optional(),
  tlsIntermediateCertificates: certificates.optional(),
  revocationLists: z.array(pem('X509 CRL', LIST_LENGTH_MAX)).max(CERTIFICATES_MAX).optional(),
  /** Administrators by certificate. Not needed where units of the name say roles. */
  adminCertificates: certificates.optional(),
  /** Whether units of a certificate's name (`client`, `peer`, `admin`, `orderer`) say its role; they do by default. */
  nodeUnits: z.boolean().optional(),
});

const policyText = z
  .string()
  .min(1)
  .max(4_096)
  .superRefine((text, context) => {
    const fault = findPolicyFault(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

/** The settings of a Fabric channel, as they stand in its sub-chain's genesis block. */
export const fabricConfigSchema = z
  .strictObject({
    /** The channel's name, by which clients find it: `[a-z][a-z0-9.-]*`. It need not be the sub-chain's. */
    channelId: z.string().superRefine((id, context) => {
      const fault = findChannelIdFault(id);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    }),
    /** Those who endorse and invoke. */
    organisations: z.array(organisation).min(1).max(ORGANISATIONS_MAX),
    /** Those who sign blocks. */
    ordererOrganisations: z.array(organisation).min(1).max(ORGANISATIONS_MAX),
    /** Largest envelope, bytes of payload and signature. */
    envelopeBytesMax: z.int().min(65_536).max(2 * 1024 * 1024).optional(),
    /** Application policies in Fabric's words, `MAJORITY Endorsement` or `OR('Org1MSP.peer', 'Org2MSP.peer')`; a majority of the organisations by default. */
    policies: z.strictObject({ endorsement: policyText.optional(), lifecycleEndorsement: policyText.optional() }).optional(),
    /** By resource, `peer/Propose`, the path of the policy that guards it. */
    accessRules: z.record(z.string().min(1).max(128), z.string().startsWith('/').max(256)).refine((rules) => Object.keys(rules).length <= RULES_MAX, `at most ${RULES_MAX} access rules`).optional(),
  })
  .superRefine(({ organisations, ordererOrganisations }, context) => {
    for (const [path, list] of [['organisations', organisations], ['ordererOrganisations', ordererOrganisations]] as const) {
      if (new Set(list.map((one) => one.mspId)).size < list.length) context.addIssue({ code: 'custom', path: [path], message: 'two organisations have one MSP id' });
    }
  });

export type FabricConfig = z.infer<typeof fabricConfigSchema>;
/** An organisation as the settings describe it; all PEM. */
export type OrganisationSettings = z.infer<typeof organisation>;

const ENVELOPE_BYTES_DEFAULT = 2 * 1024 * 1024;

export function envelopeBytesMaxOf({ envelopeBytesMax = ENVELOPE_BYTES_DEFAULT }: FabricConfig): number {
  return envelopeBytesMax;
}

/** The channel's configuration as Fabric has it. What the engine decides itself, as when a block is cut, is told as it is. */
export function channelOptionsOf(config: FabricConfig): ChannelOptions {
  const { organisations, ordererOrganisations, policies = {}, accessRules } = config;
  const applicationPolicies = new Map<string, PolicyBytes>();
  if (policies.endorsement !== undefined) applicationPolicies.set('Endorsement', policyOfText(policies.endorsement));
  if (policies.lifecycleEndorsement !== undefined) applicationPolicies.set('LifecycleEndorsement', policyOfText(policies.lifecycleEndorsement));
  return {
    organisations: organisations.map(toOrganisation),
    orderer: {
      organisations: ordererOrganisations.map(toOrganisation),
      consensusType: 'chainworks',
      batch: { maxMessageCount: 1_000, absoluteMaxBytes: envelopeBytesMaxOf(config), preferredMaxBytes: ENVELOPE_BYTES_DEFAULT, timeout: '10ms' },
    },
    applicationPolicies,
    ...(accessRules === undefined ? {} : { accessRules: new Map(Object.entries(accessRules)) }),
  };
}

function toOrganisation(one: OrganisationSettings): OrganisationConfig {
  return { name: one.mspId, mspId: one.mspId, mspConfig: toMspConfig(one) };
}

/** Bytes of the msp.MSPConfig. */
export function toMspConfig(one: OrganisationSettings): Uint8Array {
  return encodeMspConfig({
    mspId: one.mspId,
    roots: one.rootCertificates,
    intermediates: one.intermediateCertificates ?? [],
    tlsRoots: one.tlsRootCertificates ?? [],
    tlsIntermediates: one.tlsIntermediateCertificates ?? [],
    revocationLists: one.revocationLists ?? [],
    admins: one.adminCertificates ?? [],
    hasNodeUnits: one.nodeUnits ?? true,
  });
}

/** @throws FabricRefusal not-allowed, limit */
function policyOfText(text: string): PolicyBytes {
  if (!text.includes('(')) {
    const { rule, subPolicy } = parseImplicitMeta(text);
    return implicitMeta(rule, subPolicy);
  }
  return { type: POLICY_TYPES.SIGNATURE, value: encodeSignaturePolicy(parsePolicy(text)) };
}

function findPolicyFault(text: string): string | undefined {
  try {
    policyOfText(text);
    return undefined;
  } catch (error) {
    if (error instanceof FabricRefusal) return error.message;
    throw error;
  }
}

function findChannelIdFault(id: string): string | undefined {
  try {
    checkChannelId(id);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.message;
    throw error;
  }
}
