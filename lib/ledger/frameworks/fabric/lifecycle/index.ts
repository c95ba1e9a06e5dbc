// Fabric's `_lifecycle`: what the organisations of a channel agree on for each chaincode.
export { defaultEndorsementPolicy, implicitEndorsementPolicy, lifecycleEndorsementPolicy, type ChannelOrganisation } from './default-policies';
export { LIFECYCLE } from './definition';
export { findDefinition } from './find-definition';
export { createCollectionsOf, encodeImplicitMembers, mspIdOfImplicitCollection, nameImplicitCollection } from './implicit-collections';
