import { attributeNames, type Attribute } from './attributes';
import { unauthorized, type FabricCaError } from './fabric-ca-error';
import { attributeOf, listOf, parseBoolean, type Actor } from './permissions';

type Kind = 'boolean' | 'list' | 'fixed';

/** The reserved attributes. Whoever gives booleans and lists away must have them. */
const reserved: Readonly<Record<string, Kind>> = {
  [attributeNames.revoker]: 'boolean',
  [attributeNames.intermediateCa]: 'boolean',
  [attributeNames.genCrl]: 'boolean',
  [attributeNames.affiliationManager]: 'boolean',
  [attributeNames.roles]: 'list',
  [attributeNames.delegateRoles]: 'list',
  [attributeNames.registrarAttributes]: 'list',
  [attributeNames.enrollmentId]: 'fixed',
  [attributeNames.type]: 'fixed',
  [attributeNames.affiliation]: 'fixed',
};

export interface CheckRegistrable {
  /** What the identity shall have. */
  readonly requested: readonly Attribute[];
  readonly registrar: Pick<Actor, 'attributes'>;
  /** The identity as it is; absent when it is new. */
  readonly identity?: Pick<Actor, 'attributes'>;
}

/**
 * May this registrar give these attributes? The rules of Fabric CA's lib/attr: the name stands in its
 * `hf.Registrar.Attributes`, and reserved ones go no further than its own.
 * @throws FabricCaError 403
 */
export function checkRegistrable(input: CheckRegistrable): void {
  for (const attribute of input.requested) checkOne(attribute, input);
}

function checkOne({ name, value }: Attribute, input: CheckRegistrable): void {
  const { registrar } = input;
  const allowed = attributeOf(registrar, attributeNames.registrarAttributes);
  if (allowed === undefined || allowed === '') throw refused(`the registrar has no '${attributeNames.registrarAttributes}'`);
  checkName(name, allowed);
  const kind = Object.hasOwn(reserved, name) ? reserved[name] : undefined;
  if (kind === undefined) {
    if (name.startsWith('hf.')) throw refused(`'${name}' uses the reserved prefix 'hf.' and is not supported`);
    return;
  }
  if (kind === 'fixed') throw refused(`'${name}' has a fixed value`);
  const own = attributeOf(registrar, name);
  if (own === undefined) throw refused(`'${name}' requires ownership, and the registrar does not own it`);
  if (kind === 'boolean') checkBoolean(name, value, own);
  else checkList(name, value, { ...input, own });
}

/** The names that a registrar may give, the last character of each may be `*`. */
function checkName(name: string, allowed: string): void {
  const isAllowed = allowed.replaceAll(' ', '').split(',').some((one) => (one.endsWith('*') ? name.startsWith(one.replace(/\*+$/, '')) : name === one));
  if (!isAllowed) throw refused(`'${name}' is not part of the registrar's '${allowed}'`);
}

function checkBoolean(name: string, value: string, own: string): void {
  if (parseBoolean(own) !== true) throw refused(`the registrar's own '${name}' is not true`);
  // An empty value takes the attribute away.
  if (value !== '' && parseBoolean(value) === undefined) throw refused(`'${value}' is no boolean for '${name}'`);
}

function checkList(name: string, value: string, { requested, identity, own }: CheckRegistrable & { own: string }): void {
  if (value === '') return;
  if (name === attributeNames.registrarAttributes) return checkOwnedNames(value, { requested, identity, own });
  if (!listOf(own).includes('*')) checkSubset(value, own, name);
  if (name === attributeNames.delegateRoles) checkDelegates(value, requested, identity);
}

/** A registrar-to-be that may give a reserved attribute away must have it. */
function checkOwnedNames(value: string, { requested, identity, own }: { requested: readonly Attribute[]; identity: CheckRegistrable['identity']; own: string }): void {
  for (const name of value.replaceAll(' ', '').split(',')) {
    checkName(name, own);
    if (!name.startsWith('hf.')) continue;
    const isOwned = requested.some((one) => one.name === name) || (identity !== undefined && attributeOf(identity, name) !== undefined);
    if (!isOwned) throw refused(`'${name}' is to be given away by an identity that does not have it`);
  }
}

function checkDelegates(value: string, requested: readonly Attribute[], identity: CheckRegistrable['identity']): void {
  const roles = attributeOf({ attributes: requested }, attributeNames.roles) || (identity && attributeOf(identity, attributeNames.roles)) || '';
  if (!listOf(roles).includes('*')) checkSubset(value, roles, attributeNames.delegateRoles);
}

function checkSubset(small: string, big: string, name: string): void {
  const members = listOf(big).map((one) => one.toLowerCase());
  const outside = listOf(small).find((one) => one !== '' && !members.includes(one.toLowerCase()));
  if (outside !== undefined) throw refused(`'${outside}' of '${name}' is not a member of '${big}'`);
}

function refused(reason: string): FabricCaError {
  return unauthorized(`Failed to register attribute: ${reason}`);
}
