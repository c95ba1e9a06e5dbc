export { createTestAuthority, type TestAuthority } from './test-authority';
export { openssl } from './openssl';
