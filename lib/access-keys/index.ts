export * from './client';
export { issueAccessKey } from './issue-access-key';
export { revokeAccessKey } from './revoke-access-key';
export { listAccessKeys } from './list-access-keys';
export { issueInternalKey, revokeInternalKeys, pushRevocations, type InternalKey } from './internal-key';
export { revokeApplicationKeys } from './revoke-application-keys';
export { syncAccessKeys } from './sync-access-keys';
export { tryPushAccessKey } from './push-access-key';
export { requireApplication, actorOf, type Caller } from './require-application';
