// Fabric's `_lifecycle`: what the organisations of a channel agree on for each chaincode.
export { defaultEndorsementPolicy, implicitEndorsementPolicy, lifecycleEndorsementPolicy, type ChannelOrganisation } from './default-policies';
export { LISTED_MAX } from './messages';
export { LIFECYCLE, readSequence } from './definition';
export { findDefinition, readCollections } from './find-definition';
export { createCollectionsOf, encodeImplicitMembers, mspIdOfImplicitCollection, nameImplicitCollection } from './implicit-collections';
export { findApproval, listPackageUses, readApproval, type Approval, type InstalledPackage, type InstalledPackages, type PackageUse, type StoredApproval } from './installed-packages';
export type { LifecycleChannel, LifecycleInvocation } from './invocation';
export { invokeLifecycle } from './invoke-lifecycle';
export { LifecycleRefusal } from './lifecycle-refusal';
