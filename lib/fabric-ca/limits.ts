const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** What one organisation's authority may hold. Each number is of rows that have not ended. */
export const limits = {
  identities: 10_000,
  affiliations: 1_000,
  affiliationDepth: 8,
  /** Certificates that have not ended, revoked ones included. */
  certificates: 20_000,
  /** Entries of one revocation list: 41 bytes each, so that its PEM stays below the 256 KiB that a channel takes. */
  entriesOfList: 4_000,
  attributes: 64,
  attributeNameCharacters: 128,
  attributeValueCharacters: 1_024,
  /** Of all attributes in a certificate, as JSON: twice in base64, it has to fit into the 16 KiB that a request has for its head. */
  attributesBytes: 6_144,
  secretCharacters: 512,
  /** Wrong secrets in a row, after which an identity needs a new one. As Fabric CA's default. */
  wrongSecrets: 10,
  /** Certificates in one answer. */
  certificatesInAnswer: 5_000,
} as const;

/** As Fabric CA's defaults: root 15 years, members a year, lists a day. All begin five minutes back, for clocks that are behind. */
export const lifetimes = {
  skewMs: 5 * minuteMs,
  rootMs: 15 * 365 * dayMs,
  memberMs: 365 * dayMs,
  listMs: dayMs,
  /** A host's identity is renewed from here on. */
  nodeRenewMs: 60 * dayMs,
} as const;
