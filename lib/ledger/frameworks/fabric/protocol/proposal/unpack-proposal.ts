import { sha256 } from '../../../../core/crypto';
import { ENVELOPE_BYTES_MAX } from '../limits';
import {
  chaincodeHeaderExtension,
  chaincodeInvocationSpec,
  chaincodeProposalPayload,
  channelHeader,
  header,
  proposal,
  signatureHeader,
  type ChaincodeId,
  type SignedProposal,
  type Timestamp,
} from '../messages';
import { WireError, type MessageType } from '@/lib/platform/pure/wire';
import { ProposalRefused } from './proposal-refused';

/** A proposal with everything that matters of it. All bytes are views of what came. */
export interface UnpackedProposal {
  readonly channelId: string;
  readonly txId: string;
  /** A value of HEADER_TYPES, or none. */
  readonly type: number;
  readonly version: number;
  /** The client's clock; undefined when it says none. */
  readonly timestamp: Timestamp | undefined;
  readonly epoch: bigint;
  /** SHA-256 of the client's TLS certificate; empty when it does not bind itself to one. */
  readonly tlsCertHash: Uint8Array;
  /** Bytes of a SerializedIdentity. */
  readonly creator: Uint8Array;
  readonly nonce: Uint8Array;
  /** What is executed: the name in the header. */
  readonly chaincode: ChaincodeId;
  /** What the call itself names; the gateway plans by it, the endorser passes it over. */
  readonly specChaincodeName: string;
  readonly args: readonly Uint8Array[];
  readonly isInit: boolean;
  readonly decorations: ReadonlyMap<string, Uint8Array>;
  /** For the chaincode only: in no hash, no response and no transaction. */
  readonly transientMap: ReadonlyMap<string, Uint8Array>;
  readonly channelHeaderBytes: Uint8Array;
  readonly signatureHeaderBytes: Uint8Array;
  /** ChaincodeProposalPayload without the transient map: what goes into the transaction. */
  readonly payloadForTransaction: Uint8Array;
  /** SHA-256 of the two headers and of that payload, 32 bytes. */
  readonly proposalHash: Uint8Array;
  readonly proposalBytes: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Reads a signed proposal as Fabric's endorser does (core/endorser/msgvalidation.go, UnpackProposal). Throws
 * {@link ProposalRefused} `malformed` with Fabric's words. Nothing is checked yet: `checkProposal` does that.
 */
export function unpackProposal(signed: SignedProposal): UnpackedProposal {
  const known = unpacked.get(signed) ?? unpack(signed);
  unpacked.set(signed, known);
  return known;
}

/** Door, gateway and each endorser read the same one. */
const unpacked = new WeakMap<SignedProposal, UnpackedProposal>();

function unpack({ proposalBytes, signature }: SignedProposal): UnpackedProposal {
  if (proposalBytes.length > ENVELOPE_BYTES_MAX) throw new ProposalRefused('malformed', `a proposal has at most ${ENVELOPE_BYTES_MAX} bytes, this one has ${proposalBytes.length}`);
  const outer = decode(proposal, proposalBytes);
  const headers = decode(header, outer.header);
  const channel = decode(channelHeader, headers.channelHeader);
  const sender = decode(signatureHeader, headers.signatureHeader);
  const { chaincodeId: chaincode } = decode(chaincodeHeaderExtension, channel.extension);
  if (chaincode === undefined) throw new ProposalRefused('malformed', 'ChaincodeHeaderExtension.ChaincodeId is nil');
  if (chaincode.name === '') throw new ProposalRefused('malformed', 'ChaincodeHeaderExtension.ChaincodeId.Name is empty');
  const { input: specBytes, transientMap } = decode(chaincodeProposalPayload, outer.payload);
  const { chaincodeSpec: spec } = decode(chaincodeInvocationSpec, specBytes);
  if (spec === undefined) throw new ProposalRefused('malformed', 'chaincode invocation spec did not contain chaincode spec');
  if (spec.input === undefined) throw new ProposalRefused('malformed', 'chaincode input did not contain any input');
  const payloadForTransaction = chaincodeProposalPayload.encode({ input: specBytes });
  return {
    ...channel,
    ...sender,
    chaincode,
    specChaincodeName: spec.chaincodeId?.name ?? '',
    ...spec.input,
    transientMap,
    channelHeaderBytes: headers.channelHeader,
    signatureHeaderBytes: headers.signatureHeader,
    payloadForTransaction,
    proposalHash: hashProposal(headers.channelHeader, headers.signatureHeader, payloadForTransaction),
    proposalBytes,
    signature,
  };
}

/** The hash that binds endorsements to a proposal (protoutil/txutils.go, GetProposalHash2). */
export function hashProposal(channelHeaderBytes: Uint8Array, signatureHeaderBytes: Uint8Array, payloadForTransaction: Uint8Array): Uint8Array {
  return sha256(channelHeaderBytes, signatureHeaderBytes, payloadForTransaction);
}

function decode<T>(type: MessageType<T>, bytes: Uint8Array): T {
  try {
    return type.decode(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ProposalRefused('malformed', `error unmarshalling ${type.name}: proto: ${error.message}`);
  }
}
