import { describe, expect, it } from 'vitest';
import { attributeNames, changeAttributes, encodeAttributes, registrarAttributes, withOwnAttributes, type Attribute } from './attributes';
import { checkRegistrable } from './check-registrable';
import { FabricCaError } from './fabric-ca-error';

const attribute = (name: string, value = ''): Attribute => ({ name, value, ecert: false });
const list = (values: Readonly<Record<string, string>>) => Object.entries(values).map(([name, value]) => attribute(name, value));
function isRefused(requested: Readonly<Record<string, string>>, registrar: Readonly<Record<string, string>>, identity?: Readonly<Record<string, string>>): boolean {
  try {
    checkRegistrable({ requested: list(requested), registrar: { attributes: list(registrar) }, ...(identity ? { identity: { attributes: list(identity) } } : {}) });
    return false;
  } catch (error) {
    if (error instanceof FabricCaError && error.status === 403) return true;
    throw error;
  }
}
const { roles, delegateRoles, registrarAttributes: names, revoker } = attributeNames;

describe('a registrar gives no attribute that it may not', () => {
  it.each([
    ['a name of its list', { colour: 'red' }, { [names]: 'colour' }, false],
    ['a name with its beginning', { 'app.colour': 'red' }, { [names]: 'size, app.*' }, false],
    ['any name', { anything: 'x' }, { [names]: '*' }, false],
    ['a longer name than its list has', { colours: 'red' }, { [names]: 'colour' }, true],
    ['anything without a list', { colour: 'red' }, {}, true],
    ['anything with an empty list', { colour: 'red' }, { [names]: '' }, true],
    ['a reserved name that is none', { 'hf.Else': 'x' }, { [names]: '*' }, true],
    ['a name of an object in the language', { constructor: 'x' }, { [names]: '*' }, false],
    ['what the authority sets itself', { 'hf.EnrollmentID': 'x' }, { [names]: '*', 'hf.EnrollmentID': 'y' }, true],
    ['a right that it does not own', { [revoker]: 'true' }, { [names]: '*' }, true],
    ['a right that is false for itself', { [revoker]: 'false' }, { [names]: '*', [revoker]: 'false' }, true],
    ['a right of its own', { [revoker]: 'true' }, { [names]: '*', [revoker]: 'true' }, false],
    ['a right with a value that is none', { [revoker]: 'yes' }, { [names]: '*', [revoker]: 'true' }, true],
    ['roles of its own, whatever the letters’ case', { [roles]: 'Peer' }, { [names]: '*', [roles]: 'peer,client' }, false],
    ['roles beyond its own', { [roles]: 'peer,admin' }, { [names]: '*', [roles]: 'peer,client' }, true],
    ['all roles', { [roles]: '*' }, { [names]: '*', [roles]: 'peer,client' }, true],
    ['all roles with all of its own', { [roles]: 'anything' }, { [names]: '*', [roles]: '*' }, false],
    ['delegated roles beyond the new one’s roles', { [roles]: 'client', [delegateRoles]: 'peer' }, { [names]: '*', [roles]: '*', [delegateRoles]: '*' }, true],
    ['names beyond its own', { [names]: 'size' }, { [names]: `colour,${names}` }, true],
    ['a reserved name to one that does not have it', { [names]: revoker }, { [names]: '*', [revoker]: 'true' }, true],
    ['a reserved name together with it', { [names]: revoker, [revoker]: 'true' }, { [names]: '*', [revoker]: 'true' }, false],
  ] as [string, Record<string, string>, Record<string, string>, boolean][])('%s', (_, requested, registrar, refused) => expect(isRefused(requested, registrar)).toBe(refused));

  it('looks at what an identity has already when it is changed', () => {
    const registrar = { [names]: '*', [roles]: '*', [delegateRoles]: '*', [revoker]: 'true' };
    expect(isRefused({ [delegateRoles]: 'peer' }, registrar, { [roles]: 'peer' })).toBe(false);
    expect(isRefused({ [delegateRoles]: 'peer' }, registrar, { [roles]: 'client' })).toBe(true);
    expect(isRefused({ [names]: revoker }, registrar, { [revoker]: 'true' })).toBe(false);
    expect(isRefused({ [roles]: '' }, registrar, { [roles]: 'client' })).toBe(false);
  });

  it('never gives away what the first registrar itself does not have', () => {
    expect(registrarAttributes.map(({ name }) => name)).not.toContain(attributeNames.intermediateCa);
    expect(isRefused({ [attributeNames.intermediateCa]: 'true' }, Object.fromEntries(registrarAttributes.map(({ name, value }) => [name, value])))).toBe(true);
  });
});

describe('attributes of a certificate', () => {
  const own = withOwnAttributes([{ name: 'z', value: '1', ecert: true }, attribute('b', '2')], { enrollmentId: 'ada', type: 'client', affiliation: 'x.y' });
  const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

  it('are those marked for it, or those that are asked for, always in one order', () => {
    expect(text(encodeAttributes(own, undefined))).toBe('{"attrs":{"hf.Affiliation":"x.y","hf.EnrollmentID":"ada","hf.Type":"client","z":"1"}}');
    expect(text(encodeAttributes(own, [{ name: 'z', optional: false }, { name: 'b', optional: false }, { name: 'none', optional: true }]))).toBe('{"attrs":{"b":"2","z":"1"}}');
    expect(text(encodeAttributes(own, []))).toBe('{"attrs":{}}');
    expect(encodeAttributes([attribute('b', '2')], undefined)).toBeUndefined();
    expect(() => encodeAttributes(own, [{ name: 'none', optional: false }])).toThrow('The following required attributes are missing: [none]');
    expect(() => encodeAttributes([{ name: 'long', value: 'x'.repeat(7_000), ecert: true }], undefined)).toThrow('ask for fewer');
  });

  it('change one by one, and go with an empty value', () => {
    expect(changeAttributes([attribute('a', '1'), attribute('b', '2')], [attribute('a', ''), attribute('b', '3'), attribute('c', '4'), attribute('d', '')])).toEqual([attribute('b', '3'), attribute('c', '4')]);
    expect(() => changeAttributes([], Array.from({ length: 65 }, (_, at) => attribute(`a${at}`, 'x')))).toThrow('at most 64');
  });
});
