export { ChaincodeStream, type ChaincodeStreamOptions } from './chaincode-stream';
export { ChaincodeError, ChaincodeRefusal, isChaincodeError, type ChaincodeErrorCode } from './errors';
export { chaincodeLimits, type ChaincodeLimits } from './limits';
export { decodeResponse, encodeInput, type ChaincodeReply } from './messages';
export type { ChaincodeCall } from './running-transaction';
export type { ChaincodePage, ChaincodeRows, ChaincodeWorld, HistoryRow, StateRow } from './world';
