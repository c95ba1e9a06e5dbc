export { bundledProgram } from './bundled-program';
export * from './test-host';
export { createCall, findLost, Writers, type Call } from './writers';
export { loadOldFabricClient } from './load-old-fabric-client';
