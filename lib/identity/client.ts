export * from './schemas';
export type * from './current-session';
export { mayDo, requireAccess, requireOrganisation, requirePortalAdmin, requireVerifiedEmail, type OrganisationAction } from './access';
export { guessableBecause, type PasswordContext } from './guessable-password';
export { describeUserAgent } from './describe-user-agent';

/** Keys of the browser's cache. */
export const identityKeys = {
  all: ['identity'] as const,
  sessions: () => [...identityKeys.all, 'sessions'] as const,
};
