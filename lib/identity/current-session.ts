/** What a member of an organisation may be. */
export type OrganisationRole = 'OWNER' | 'DEVELOPER' | 'BILLING' | 'VIEWER';

export interface OrganisationMembership {
  id: string;
  name: string;
  role: OrganisationRole;
}

/** Who asks, as read from the database for this request. Never kept longer than the request. */
export interface CurrentSession {
  id: string;
  user: { id: string; email: string; name: string; emailVerified: boolean; isPortalAdmin: boolean };
  /** Oldest first; a portal admin may have none. */
  organisations: readonly OrganisationMembership[];
  /** ISO 8601, UTC. */
  expiresAt: string;
}

/** One line of the list of signed-in browsers. Times are ISO 8601, UTC. */
export interface SessionSummary {
  id: string;
  /** `Firefox on Linux`, as far as the browser says. */
  device: string;
  ipAddress: string;
  createdAt: string;
  lastSeenAt: string;
  current: boolean;
}
