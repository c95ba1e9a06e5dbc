export * from './client';
export { chaincodePackageOf, checkChaincodePackage, type CheckedPackage, type TemplatePackage } from './chaincode-package';
export { contractOf, encodeDeployment } from './encode-deployment';
export { functionNames, readCall, type ContractCall } from './read-call';
