import { z } from 'zod';

/** `https://app.example`: scheme, host and port of a page that may call from a browser; `*` lets every page call. */
const originSchema = z.union(
  [
    z.literal('*'),
    z
      .url({ protocol: /^https?$/ })
      .refine((text) => URL.canParse(text) && new URL(text).origin === text.replace(/\/$/, '').toLowerCase())
      .transform((text) => new URL(text).origin),
  ],
  'An origin has scheme, host and no path, such as https://app.example.',
);

export const issueAccessKeySchema = z.strictObject({
  label: z
    .string()
    .trim()
    .max(60, 'Use at most 60 characters.')
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'Use letters, digits and signs on one line.')
    .default(''),
  /** HEADER: sent in `Authorization` or `x-api-key`. URL: part of the address, may only call JSON-RPC. */
  kind: z.enum(['HEADER', 'URL']).default('HEADER'),
  scope: z.enum(['READ', 'WRITE']).default('WRITE'),
  origins: z.array(originSchema).max(20, 'At most 20 origins.').default([]),
  /** Absent: it does not expire. */
  expiresInDays: z.number().int().min(1).max(3_650).optional(),
});
export type IssueAccessKey = z.input<typeof issueAccessKeySchema>;

/** A key as lists show it: never its secret. Times are ISO 8601. */
export const accessKeyViewSchema = z.object({
  /** The public half of `id.secret`. */
  id: z.string(),
  applicationId: z.string(),
  label: z.string(),
  kind: z.enum(['HEADER', 'URL']),
  scope: z.enum(['READ', 'WRITE']),
  origins: z.array(z.string()),
  createdById: z.string().nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
});
export type AccessKeyView = z.infer<typeof accessKeyViewSchema>;

export const issuedAccessKeySchema = z.object({
  accessKey: accessKeyViewSchema,
  /** `id.secret`, shown this once. */
  key: z.string(),
  /** False: a city node did not answer; there the key works a few seconds later. */
  effective: z.boolean(),
});
export type IssuedAccessKey = z.infer<typeof issuedAccessKeySchema>;

/** Keys of one application that are neither revoked nor expired. */
export const accessKeysMax = 50;

export const accessKeyKeys = {
  ofApplication: (applicationId: string) => ['access-keys', applicationId] as const,
};
