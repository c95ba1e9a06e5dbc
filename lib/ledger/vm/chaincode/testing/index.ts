export { MemoryWorld } from './memory-world';
export { PACKAGE_ID, ScriptedChaincode, type ShimType } from './scripted-chaincode';
