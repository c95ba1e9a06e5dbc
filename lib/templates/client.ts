/** Browser-safe door: what templates there are and what a contract package must hold. */
export { constructorInputs, abiSchema, type Abi, type AbiParameter } from './abi';
export { chaincodeTemplates, type ChaincodeArgument, type ChaincodeFunction, type ChaincodeTemplateDescriptor } from './chaincode-descriptors';
export { chaincodePackageSchema, contractPackageSchema, erc20ParametersSchema, ethereumPackageSchema, initCodeBytesMax, type ChaincodePackage, type ContractPackage, type EthereumPackage } from './contract-package';
export { templates, type TemplateDescriptor, type TemplateParameter } from './descriptors';
