export * from './client';
export { createTestSubChain } from './create-test-sub-chain';
export { beginProvision, type BeginProvision } from './provision/begin-provision';
export { beginResume, type BeginResume } from './provision/begin-resume';
export { beginDelete, type BeginDelete } from './delete/begin-delete';
export { findSubChain } from './find-sub-chain';
export { expireTestSubChains } from './expire-test-sub-chains';
export { provisionOperation } from './provision/provision-operation';
export { deleteOperation } from './delete/delete-operation';
