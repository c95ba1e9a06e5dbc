/** Browser-safe door: the words of the interface that screens need. */
export * from './finality';
export * from './consumption';
export { blockCertificateSchema, consensusStatusSchema, evidenceSchema, peerHomeSchema, peerResourcesSchema, type BlockCertificate, type ConsensusStatus, type Evidence, type PeerHomeName, type PeerResources } from './schemas';
