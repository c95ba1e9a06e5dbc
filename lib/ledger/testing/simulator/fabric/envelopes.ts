import { createHash } from 'node:crypto';
import {
  chaincodeHeaderExtension,
  chaincodeInvocationSpec,
  chaincodeProposalPayload,
  channelHeader,
  computeTxId,
  envelope,
  header,
  HEADER_TYPES,
  prepareTransaction,
  proposal,
  proposalResponse,
  ResponsesDiffer,
  signatureHeader,
  unpackProposal,
  unpackTransaction,
  type EndorsedResponse,
  type IdentitySigner,
  type SignedProposal,
  type UnpackedProposal,
} from '../../../frameworks/fabric/protocol';
import { readNamespacesWith } from '../../../frameworks/fabric/read-namespaces';
import type { CheckedRwset, TxRwset } from '../../../frameworks/fabric/state';
import type { Organisation } from './people';
import type { Wish } from './chaincode';
import type { LifecycleStep } from './definitions';

/** A transaction of the channel and what its client knows of it. The model believes nothing else. */
export interface SimulatedTransaction {
  readonly id: number;
  readonly txId: string;
  readonly envelope: Uint8Array;
  readonly rwset: TxRwset;
  /** Whose peers endorsed it. */
  readonly endorsers: readonly Organisation[];
  readonly intent: Intent;
  /** Honest hosts that answered for it, and so keep its private data. */
  readonly hosts: readonly number[];
}

export type Intent =
  | { readonly kind: 'wish'; readonly wish: Wish }
  | { readonly kind: 'lifecycle'; readonly step: LifecycleStep }
  /** Of a Byzantine organisation: whatever it writes. */
  | { readonly kind: 'forged' };

export interface Call {
  readonly channelId: string;
  readonly chaincode: string;
  readonly args: readonly (string | Uint8Array)[];
  readonly secret?: string | undefined;
  readonly creator: IdentitySigner;
  /** Makes the transaction's name together with the creator. */
  readonly nonce: string;
}

/** A proposal as a client signs it, and the same taken apart. */
export function signProposal({ channelId, chaincode, args, secret, creator, nonce: text }: Call): { readonly signed: SignedProposal; readonly unpacked: UnpackedProposal } {
  const nonce = createHash('sha256').update(text).digest().subarray(0, 24);
  const chaincodeId = { path: '', name: chaincode, version: '' };
  const input = chaincodeInvocationSpec.encode({ chaincodeSpec: { type: 1, chaincodeId, input: { args: args.map((one) => Buffer.from(one as Uint8Array)), decorations: new Map(), isInit: false }, timeout: 0 } });
  const txId = computeTxId(nonce, creator.serialized);
  const proposalBytes = proposal.encode({
    header: header.encode({
      channelHeader: channelHeader.encode({ type: HEADER_TYPES.ENDORSER_TRANSACTION, timestamp: { seconds: 1_760_000_000n, nanos: 0 }, channelId, txId, extension: chaincodeHeaderExtension.encode({ chaincodeId }) }),
      signatureHeader: signatureHeader.encode({ creator: creator.serialized, nonce }),
    }),
    payload: chaincodeProposalPayload.encode({ input, transientMap: new Map(secret === undefined ? [] : [['secret', Buffer.from(secret)]]) }),
  });
  const signed = { proposalBytes, signature: creator.sign(proposalBytes) };
  return { signed, unpacked: unpackProposal(signed) };
}

/** Undefined when a peer refused, or when they do not agree. */
export function assemble(unpacked: UnpackedProposal, answers: readonly Uint8Array[], creator: IdentitySigner): Uint8Array | undefined {
  const endorsed: EndorsedResponse[] = [];
  for (const answer of answers) {
    const { response, payload, endorsement } = proposalResponse.decode(answer);
    if (response?.status !== 200 || endorsement === undefined) return undefined;
    endorsed.push({ payload, endorsement });
  }
  try {
    return signEnvelope(prepareTransaction(unpacked, endorsed), creator);
  } catch (error) {
    if (error instanceof ResponsesDiffer) return undefined;
    throw error;
  }
}

export function signEnvelope(payload: Uint8Array, creator: IdentitySigner): Uint8Array {
  return envelope.encode({ payload, signature: creator.sign(payload) });
}

export function rwsetOf(bytes: Uint8Array): TxRwset {
  let found: CheckedRwset | undefined;
  unpackTransaction(bytes, readNamespacesWith((checked) => (found = checked)));
  if (found?.rwset === undefined) throw new Error('an endorser answered with a read-write set');
  return found.rwset;
}

/** Another envelope of the same transaction: a signature is by chance. */
export function signAgain(bytes: Uint8Array, creator: IdentitySigner): Uint8Array {
  return signEnvelope(envelope.decode(bytes).payload, creator);
}
