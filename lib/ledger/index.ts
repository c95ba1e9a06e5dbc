export * from './core/types';
export type * from './core/host-types';
export type { Belongings, MovePiece, PeerMoves } from './core/move/pieces';
export type { LogFields, MachineLogger, MachinePorts } from './core/ports';
export { LedgerError, isLedgerError, type LedgerErrorCode, type LedgerErrorDetails } from './core/errors';
export { untilAborted } from './core/until-aborted';
export { publicReason } from './core/public-reason';
export {
  TransactionRefused,
  type CheckedTransaction,
  type Framework,
  type FrameworkContext,
  type FrameworkInstance,
  type ReadView,
} from './core/framework';
export { openLedgerHost, type OpenLedgerHostOptions } from './open-ledger-host';
export { readCopiedLedgers, reviveCopiedLedgers, type CopiedLedger, type CopiedLedgerFacts } from './read-copied-ledgers';
export { Turns } from './core/turns';
export { createInProcessNetwork, type InProcessNetwork } from './core/in-process-network';
export { createQueueBudget, type QueueBudget } from './ordering/embedded/embedded-ordering';
export { openSecretFiles, type SecretFiles } from './storage/disk/secret-files';
export { nodeFiles } from './storage/disk/node-files';
export { lockDirectory, type DirectoryLock } from './storage/disk/directory-lock';
export { CHAIN_ID_MAX, CHAIN_ID_MIN, createEthereumDoor, createEthereumFramework, ETHEREUM, ethereumConfigSchema, parseRequests, scopeOf, type EthereumConfig, type ThreadsOptions } from './frameworks/ethereum';
export {
  ChaincodeError,
  ChaincodeRefusal,
  ChaincodeStream,
  chaincodeLimits,
  decodeResponse,
  encodeInput,
  isChaincodeError,
  type ChaincodeCall,
  type ChaincodeErrorCode,
  type ChaincodePage,
  type ChaincodeReply,
  type ChaincodeRows,
  type ChaincodeWorld,
  type HistoryRow,
  type StateRow,
} from './vm/chaincode';
/** Fabric's own door: a megabyte of messages that a city node without channels never loads. */
export const loadFabric = () => import('./frameworks/fabric');
export type {
  BlockSigner,
  ChannelDirectory,
  ChannelView,
  EndorserPorts,
  FabricConfig,
  FabricFrameworkOptions,
  FabricLocalRequest,
  FabricQuery,
  FabricReads,
  GatewayCode,
  GatewayRequest,
  HostLink,
  IdentitySigner,
  InstalledPackage,
  InstalledPackages,
  JsonIndex,
  LocalRoles,
  OrganisationSettings,
  PeerTaskCall,
  PeerError,
  PrivatePlaintext,
  PrivatePosition,
  ProposalAnswer,
  ProposalRequest,
  ServeChannelOptions,
  ServedChannel,
  ServiceLimits,
  ServiceMethod,
  ServicePorts,
  SimulationView,
} from './frameworks/fabric';
