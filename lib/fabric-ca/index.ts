export * from './client';
export { answerCall, refuseCall, type CaHttpAnswer } from './answer-call';
export type { CaHttpRequest } from './ca-request';
export { issueMemberCertificate, issueNodeCertificate, type IssueMemberCertificate, type IssueNodeCertificate, type MemberEnrollment } from './issue-member-certificate';
export { readMsp, type OrganisationMsp } from './read-msp';
export { getFabricAuthority } from './portal/get-fabric-authority';
export { makeRegistrarSecret } from './portal/make-registrar-secret';
export { listFabricIdentities } from './portal/list-fabric-identities';
export { revokeFabricIdentity } from './portal/revoke-fabric-identity';
