export { compileChaincode, type ChaincodeArtefact } from './compile-chaincode';
export { compileContract, type ContractArtefact } from './compile-contract';
