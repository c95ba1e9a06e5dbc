import type { ChaincodeCall, ChaincodeReply } from '../../../vm/chaincode';
import type { StateReader } from '../../../core/storage';
import type { ChannelPeers } from '../channel-peers';
import type { ChannelOrganisation, InstalledPackages, PackageUse } from '../lifecycle';
import type { MspManager } from '../msp/create-msp-manager';
import type { ChannelRules } from '../policy/create-channel-rules';
import type { IdentitySigner } from '../protocol';
import type { JsonIndex, TransactionAt } from '../state';
import type { SystemLedger } from '../system';

/** A channel as of one of its blocks. It stands still, whatever is committed meanwhile, until it is released. */
export interface SimulationView {
  readonly channelId: string;
  /** Number of blocks: one more than the number of the last. */
  readonly height: number;
  readonly state: StateReader;
  /** This city node's plaintext of private data, of all organisations that it endorses for. */
  readonly privateState: StateReader;
  readonly rules: ChannelRules;
  readonly organisations: readonly ChannelOrganisation[];
  /** The channel's own access rules: paths of policies by resource (the ACLs of its configuration). */
  readonly accessRules: ReadonlyMap<string, string>;
  readonly transactionAt: TransactionAt;
  release(): void;
}

/** The plaintext of one simulation: what a peer keeps until the block comes, or is known never to come. */
export interface PrivatePlaintext {
  readonly channelId: string;
  readonly txId: string;
  /** Whose simulation it is. */
  readonly mspId: string;
  /** Blocks of the channel when it was simulated. */
  readonly height: number;
  /** Bytes of the TxPvtReadWriteSet. */
  readonly privateRwset: Uint8Array;
}

/** A chaincode that could not be started; the message says why, and what to do. */
export class ChaincodeUnavailable extends Error {
  override readonly name = 'ChaincodeUnavailable';
}

/** What an endorser needs of the city node that it is part of. */
export interface EndorserPorts {
  /** Undefined when no such channel is here. */
  openView(channelId: string): Promise<SimulationView | undefined>;
  /**
   * Runs a call on an organisation's chaincode. Rejects with {@link ChaincodeUnavailable} before it began, with the stream's
   * `ChaincodeError` after that.
   */
  runChaincode(chaincode: { readonly packageId: string; readonly mspId: string }, call: ChaincodeCall): Promise<ChaincodeReply>;
  /** The indexes that a package brings, for its own data or those of a collection. */
  indexesOf(mspId: string, packageId: string, collection: string | undefined): readonly JsonIndex[];
  readonly packages: InstalledPackages;
  listUses(mspId: string, packageIds: readonly string[]): Promise<ReadonlyMap<string, readonly PackageUse[]>>;
  /** The peer's identity of an organisation; undefined when this city node endorses nothing for it. */
  signerOf(mspId: string): IdentitySigner | undefined;
  /** The MSP of an organisation alone, for proposals without a channel; undefined when it has no peer here. */
  localMsps(mspId: string): MspManager | undefined;
  /** Peers of the channel on other hosts. */
  readonly elsewhere: ChannelPeers;
  /** This host, as others know it. */
  readonly hostId: string;
  /** Keeps plaintext for good before anybody hears of the endorsement. */
  keepPlaintext(plaintext: PrivatePlaintext): Promise<void>;
  readonly system: SystemLedger;
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Ends what is still being done when the city node closes. */
  readonly signal: AbortSignal;
  /** For one chaincode call, milliseconds. */
  readonly executeTimeoutMs: number;
}
