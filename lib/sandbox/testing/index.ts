// For tests of other rooms: packages of chaincode, and where its runtime is installed.
export { makeChaincode, makePackage } from '@/lib/chaincode-packages/testing';
export { runtimeDirectory } from './runtime-directory';
export { contractOf } from './test-sandbox';
export { makeTypescriptChaincode } from './typescript-chaincode';
