export { cityNodeProgram } from './city-node-program';
export * from './test-host';
export { createCall, findLost, Writers, type Call } from './writers';
