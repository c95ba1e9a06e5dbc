import { attributeNames, type Attribute } from './attributes';
import { caCodes, FabricCaError, unauthorized } from './fabric-ca-error';
import { isWithin } from './names';

/** An identity as the rules see it. */
export interface Actor {
  readonly enrollmentId: string;
  readonly type: string;
  readonly affiliation: string;
  readonly attributes: readonly Attribute[];
}

export function attributeOf({ attributes }: Pick<Actor, 'attributes'>, name: string): string | undefined {
  return attributes.find((one) => one.name === name)?.value;
}

/** What Go's strconv.ParseBool takes; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text) ? false : undefined;
}

export function listOf(text: string): string[] {
  return text.split(',').map((item) => item.trim());
}

/** The types that a registrar may act on, `*` for all. @throws FabricCaError when the caller is none */
export function requireRegistrar(caller: Actor): string[] {
  const roles = attributeOf(caller, attributeNames.roles);
  if (roles === undefined || roles === '') throw unauthorized(`'${caller.enrollmentId}' is not a registrar`);
  return listOf(roles);
}

export function requireType(caller: Actor, type: string): void {
  const roles = requireRegistrar(caller);
  const wanted = (type === '' ? 'client' : type).toLowerCase();
  if (!roles.includes('*') && !roles.some((role) => role.toLowerCase() === wanted)) throw unauthorized(`Registrar does not have authority to act on type '${type}'`);
}

export function requireAffiliation(caller: Actor, affiliation: string): void {
  if (!isWithin(affiliation, caller.affiliation)) throw unauthorized(`Caller does not have authority to act on affiliation '${affiliation}'`);
}

/** May the caller see and change this identity? */
export function requireManagement(caller: Actor, identity: Pick<Actor, 'type' | 'affiliation'>): void {
  requireAffiliation(caller, identity.affiliation);
  requireType(caller, identity.type);
}

/** @throws FabricCaError when the caller lacks the attribute, or it is not true */
export function requireRole(caller: Actor, role: string): void {
  const value = attributeOf(caller, role);
  if (value === undefined) throw unauthorized(`Invoker does not have the attribute '${role}'`);
  const isTrue = parseBoolean(value);
  if (isTrue === undefined) throw new FabricCaError(400, caCodes.invalidBoolean, `Failed to get boolean value of '${role}'`);
  if (!isTrue) throw unauthorized(`Caller has a value of 'false' for attribute/role '${role}'`);
}
