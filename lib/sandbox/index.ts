export {
  openChaincodeSandbox,
  type ChaincodeName,
  type ChaincodeSandbox,
  type ChaincodeSandboxOptions,
  type ChaincodeUse,
  type SandboxLogger,
} from './chaincode-sandbox';
export { isSandboxError, SandboxError, type SandboxErrorCode, type SandboxErrorDetails } from './errors';
export { sandboxLimits, type SandboxLimits } from './limits';
