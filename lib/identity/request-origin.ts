/** Where a request came from; remembered with sessions and audit events. */
export interface RequestOrigin {
  requestId: string;
  /** As far as the trusted proxies say; `unknown` where nobody says. */
  ipAddress: string;
  userAgent: string;
}
