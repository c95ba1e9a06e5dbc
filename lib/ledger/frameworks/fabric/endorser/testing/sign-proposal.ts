import { common, msp, peer } from '@hyperledger/fabric-protos';
import { computeTxId, HEADER_TYPES, type SignedProposal } from '../../protocol';
import type { TestUser } from './test-gateway';

let proposals = 0;

export interface TestProposal {
  /** Empty for a proposal without a channel. */
  readonly channelId: string;
  readonly chaincode: string;
  readonly args: readonly (string | Uint8Array)[];
  readonly isInit?: boolean;
}

/** A proposal as the peer's command line makes one, with Fabric's own classes; each has an id of its own. */
export function signProposal({ mspId, signer }: TestUser, { channelId, chaincode, args, isInit = false }: TestProposal): SignedProposal {
  proposals += 1;
  const creator = new msp.SerializedIdentity();
  creator.setMspid(mspId);
  creator.setIdBytes(signer.pem);
  const nonce = Buffer.from(`nonce ${proposals}`);
  const id = new peer.ChaincodeID();
  id.setName(chaincode);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(id);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(HEADER_TYPES.ENDORSER_TRANSACTION);
  channelHeader.setChannelId(channelId);
  channelHeader.setTxId(computeTxId(nonce, creator.serializeBinary()));
  channelHeader.setExtension$(extension.serializeBinary());
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator.serializeBinary());
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const input = new peer.ChaincodeInput();
  input.setArgsList(args.map((one) => Buffer.from(one as Uint8Array)));
  input.setIsInit(isInit);
  const spec = new peer.ChaincodeSpec();
  spec.setChaincodeId(id);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  const proposalBytes = proposal.serializeBinary();
  return { proposalBytes, signature: signer.sign(proposalBytes) };
}
