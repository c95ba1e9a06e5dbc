import { z } from 'zod';
import { commonNameLengthMax } from '@/lib/x509';
import { limits } from './limits';

/** `Ada & Sons` → `ada-sons`; empty when nothing of it can be written with letters of an address. */
function slugOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40).replace(/-+$/, '');
}

/**
 * How Fabric's world calls an organisation: `ca-ada-sons` and `AdaSonsMSP`. `mark` tells it from another of the same name.
 * Both are given once and stay when the organisation is renamed: channels have the MSP id in their blocks.
 */
export function fabricNamesOf(organisationName: string, mark?: string): { caName: string; mspId: string } {
  const slug = [slugOf(organisationName) || 'org', ...(mark === undefined ? [] : [mark])].join('-');
  const words = slug.split('-').map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`);
  return { caName: `ca-${slug}`, mspId: `${words.join('')}MSP` };
}

/** As a client names it in an address or a body. Beyond this it cannot be one of ours. */
export const caNameSchema = z.string().max(80);

/**
 * Common name of a certificate, part of an address and the user of basic authentication: what these give a meaning to is left
 * out. Fabric CA takes more, and cannot find again what it took.
 */
export const enrollmentIdSchema = z
  .string()
  .min(1)
  .max(commonNameLengthMax, `an enrollment ID has at most ${commonNameLengthMax} characters`)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}/\\?#%:]+$/u, 'an enrollment ID has no control characters and none of / \\ ? # % :')
  .refine((id) => id.trim() === id && !/^\.+$/.test(id), 'an enrollment ID neither begins nor ends with a space and is not of dots alone');

/** A unit of a certificate's name, which says the role. */
export const typeSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'a type has 1 to 64 letters, digits, dots, underscores and hyphens');

/** Each part is a unit of a certificate's name. */
export const affiliationSchema = z
  .string()
  .max(256)
  .regex(/^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64})*$/, 'an affiliation is of letters, digits, underscores and hyphens, with dots between its parts')
  .refine((path) => path.split('.').length <= limits.affiliationDepth, `an affiliation has at most ${limits.affiliationDepth} parts`);

/** The affiliation above; empty for the root. */
export function parentOf(affiliation: string): string {
  return affiliation.split('.').slice(0, -1).join('.');
}

/** True for the affiliation itself and whatever is below it; everything is below the root. */
export function isWithin(affiliation: string, above: string): boolean {
  return above === '' || affiliation === above || affiliation.startsWith(`${above}.`);
}
