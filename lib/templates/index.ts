export * from './client';
export { contractOf, encodeDeployment } from './encode-deployment';
export { functionNames, readCall, type ContractCall } from './read-call';
