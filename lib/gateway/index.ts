export * from './client';
export { createAccessKeySecret, hashAccessKeySecret } from './access-key-secret';
export { AccessKeyTable } from './access-key-table';
export { ChainQuota, type QuotaTable } from './chain-quota';
export type { ChainDoor, DoorAnswer, DoorCall, DoorRequests, DoorSignals } from './chain-door';
export { rpcCodes, type RpcResponse } from './json-rpc';
export { MeterBook, type MeterBookOptions } from './meter-book';
export { openGateway, gatewayLimitDefaults, type GatewayLimits, type GatewayOptions } from './open-gateway';
export { RecordJournal } from './record-journal';
