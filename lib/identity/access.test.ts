import { describe, expect, it } from 'vitest';
import { mayDo, requireAccess, requireOrganisation, requirePortalAdmin, requireVerifiedEmail, type OrganisationAction } from './access';
import type { CurrentSession, OrganisationRole } from './current-session';

function sessionOf(role: OrganisationRole, user: Partial<CurrentSession['user']> = {}): CurrentSession {
  return {
    id: 'ses_1',
    user: { id: 'usr_1', email: 'a@example.com', name: 'A', emailVerified: false, isPortalAdmin: false, ...user },
    organisations: [{ id: 'org_1', name: 'Harbour', role }],
    expiresAt: '2026-12-01T00:00:00.000Z',
  };
}

const actions: OrganisationAction[] = [
  'application.read', 'application.write', 'application.submit', 'application.delete', 'access-key.manage', 'billing.read', 'billing.pay', 'organisation.manage',
];

describe('roles', () => {
  it.each([
    ['OWNER', actions],
    ['DEVELOPER', ['application.read', 'application.write', 'application.submit', 'application.delete', 'access-key.manage']],
    ['BILLING', ['application.read', 'billing.read', 'billing.pay']],
    ['VIEWER', ['application.read']],
  ] as const)('%s may do exactly what its row of the table says', (role, may) => {
    expect(actions.filter((action) => mayDo(role, action))).toEqual(may);
    for (const action of actions) {
      const attempt = () => requireAccess(sessionOf(role), 'org_1', action);
      if ((may as readonly string[]).includes(action)) expect(attempt()).toMatchObject({ id: 'org_1', role });
      else expect(attempt).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    }
  });

  it('of one organisation say nothing about another: it looks absent, also to an owner', () => {
    for (const action of actions) {
      expect(() => requireAccess(sessionOf('OWNER'), 'org_2', action)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    }
  });

  it('of an organisation are nothing to the portal admin, who belongs to none', () => {
    const admin = { ...sessionOf('OWNER', { isPortalAdmin: true }), organisations: [] };
    expect(() => requireAccess(admin, 'org_1', 'application.read')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => requireOrganisation(admin, 'application.read')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });
});

describe('what stands beside roles', () => {
  it('an owner is not the portal admin', () => {
    expect(() => requirePortalAdmin(sessionOf('OWNER'))).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(() => requirePortalAdmin(sessionOf('VIEWER', { isPortalAdmin: true }))).not.toThrow();
  });

  it('publishing waits for a verified address', () => {
    expect(() => requireVerifiedEmail(sessionOf('OWNER'))).toThrow(expect.objectContaining({ code: 'EMAIL_NOT_VERIFIED' }));
    expect(() => requireVerifiedEmail(sessionOf('OWNER', { emailVerified: true }))).not.toThrow();
  });
});
