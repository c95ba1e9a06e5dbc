export { bundledProgram } from './bundled-program';
export * from './test-host';
export { createCall, findLost, Writers, type Call } from './writers';
export { loadFabricHostTesting } from './load-fabric-host-testing';
export { loadOldFabricClient } from './load-old-fabric-client';
