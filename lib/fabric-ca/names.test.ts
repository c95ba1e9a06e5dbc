import { describe, expect, it } from 'vitest';
import { mspIdSchema } from '@/lib/control';
import { affiliationSchema, enrollmentIdSchema, fabricNamesOf, isWithin, parentOf } from './names';

describe('the names of an organisation in Fabric', () => {
  it.each([
    ['Acme', 'ca-acme', 'AcmeMSP'],
    ['Ada & Söhne GmbH', 'ca-ada-sohne-gmbh', 'AdaSohneGmbhMSP'],
    ['宁波港', 'ca-org', 'OrgMSP'],
    ['  --  ', 'ca-org', 'OrgMSP'],
    ['Straße 7', 'ca-stra-e-7', 'StraE7MSP'],
    ['x'.repeat(200), `ca-${'x'.repeat(40)}`, `X${'x'.repeat(39)}MSP`],
  ])('come from %s and are such as channels and addresses take', (name, caName, mspId) => {
    expect(fabricNamesOf(name)).toEqual({ caName, mspId });
    const marked = fabricNamesOf(name, 'k7x2m9');
    for (const id of [mspId, marked.mspId]) expect(mspIdSchema.safeParse(id).success, id).toBe(true);
    for (const ca of [caName, marked.caName]) expect(encodeURIComponent(ca)).toBe(ca);
    expect([marked.caName, marked.mspId]).not.toEqual([caName, mspId]);
  });
});

describe('an enrollment ID', () => {
  it.each(['alice', 'Admin@org1.example.com', 'Zoë 東京', "O'Brien", 'a.b', 'x'.repeat(64)])('may be %s', (id) => {
    expect(enrollmentIdSchema.safeParse(id).success).toBe(true);
  });

  it.each(['', '.', '..', ' a', 'a ', 'a/b', 'a\\b', 'a?b', 'a#b', 'a%b', 'a:b', 'a\nb', 'a\u0000b', 'a\u2028b', '\u202Ea', '\uD800', 'x'.repeat(65)])('may not be %j: a part of an address, a line or a heading would be', (id) => {
    expect(enrollmentIdSchema.safeParse(id).success).toBe(false);
  });
});

describe('affiliations', () => {
  it('contain themselves and what is below them, not what only begins like them', () => {
    expect([isWithin('a', 'a'), isWithin('a.b.c', 'a'), isWithin('ab', 'a'), isWithin('a', 'a.b'), isWithin('a', ''), isWithin('', 'a')]).toEqual([true, true, false, false, true, false]);
    expect([parentOf('a.b.c'), parentOf('a')]).toEqual(['a.b', '']);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a b', 'a/b', 'a%', 'é', 'a.b.c.d.e.f.g.h.i', 'x'.repeat(65)])('are no %j', (path) => {
    expect(affiliationSchema.safeParse(path).success).toBe(false);
  });
});
