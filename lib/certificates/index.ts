export * from './client';
export { openIssuer, sealAuthorityKey } from './authority-key';
export { ensureAuthority, type AuthorityStanding } from './ensure-authority';
export { isKeyCompromised, issueCertificate, type IssueCertificate, type IssuedCertificate } from './issue-certificate';
export { revokeCertificate, type RevokeCertificate } from './revoke-certificate';
export { getAuthority, getRevocationList, getRevocations, isRenewalDue, listCertificates, type CertificateStanding, type AuthorityView, type RevocationsView } from './queries';
