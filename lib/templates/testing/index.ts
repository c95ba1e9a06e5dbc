export { compileContract, type ContractArtefact } from './compile-contract';
