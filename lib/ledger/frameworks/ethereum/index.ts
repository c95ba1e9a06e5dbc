export { CHAIN_ID_MAX, CHAIN_ID_MIN, ethereumConfigSchema, type EthereumConfig } from './config';
export { createEthereumFramework, ETHEREUM, type EthereumFramework, type EthereumFrameworkOptions, type ThreadsOptions } from './framework';
export { createEthereumDoor, type DoorCallOptions, type EthereumBackend, type EthereumDoor, type EthereumDoorOptions } from './rpc/door';
export { failure, parseRequests, REQUEST_LIMITS, scopeOf, type RequestLimits, type RpcCall, type RpcId, type RpcRequests, type RpcResponse, type RpcScope } from './rpc/parse-requests';
export type { EthereumQuery } from './rpc/answer-query';
