export * from './test-host';
export { createCall, findLost, Writers, type Call } from './writers';
