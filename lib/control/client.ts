/** Browser-safe door: the words of the interface that screens need. */
export * from './finality';
export { blockCertificateSchema, consensusStatusSchema, evidenceSchema, type BlockCertificate, type ConsensusStatus, type Evidence } from './schemas';
