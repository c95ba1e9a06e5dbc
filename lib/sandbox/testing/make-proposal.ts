import common from '@hyperledger/fabric-protos/lib/common/common_pb';
import identities from '@hyperledger/fabric-protos/lib/msp/identities_pb';
import proposals from '@hyperledger/fabric-protos/lib/peer/proposal_pb';

/** Of nobody: its private key is lost. Ends in 2126. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBmTCCAT+gAwIBAgIUPPNvs4QsMfg+89oKaqLRxlJatewwCgYIKoZIzj0EAwIw
ITEOMAwGA1UEAwwFdXNlcjExDzANBgNVBAsMBmNsaWVudDAgFw0yNjExMzAyMjEy
MzVaGA8yMTI2MTEwNjIyMTIzNVowITEOMAwGA1UEAwwFdXNlcjExDzANBgNVBAsM
BmNsaWVudDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOV5ayfMx+Or5aZHK394
u2ONRzSdlz7c3llz0d2aSHFsm8ekoezE3suu5Co/Oazoz4FNE2lRQbnEAYYnugzu
udKjUzBRMB0GA1UdDgQWBBTh5ZAAmTQbrxhXOEytS7bs8RA8NDAfBgNVHSMEGDAW
gBTh5ZAAmTQbrxhXOEytS7bs8RA8NDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49
BAMCA0gAMEUCIEgmHfOezggIDdr0FRYctaBWn3BaA9QR8Y2V5VBmkai/AiEAkKRK
g17/LcvK3re7LWhUusnenvtUA7mZ2/hF7Nc+5Bg=
-----END CERTIFICATE-----
`;

/** A serialised `SignedProposal` as a client's would be, but for the signature: that is for the peer to check, not for chaincode. */
export function makeProposal(channel: string, txId: string): Uint8Array {
  const creator = new identities.SerializedIdentity();
  creator.setMspid('Org1MSP');
  creator.setIdBytes(new Uint8Array(Buffer.from(certificate)));

  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator.serializeBinary());
  signatureHeader.setNonce(new Uint8Array(24));
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setChannelId(channel);
  channelHeader.setTxId(txId);

  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const proposal = new proposals.Proposal();
  proposal.setHeader(header.serializeBinary());
  const payload = new proposals.ChaincodeProposalPayload();
  payload.setInput(new Uint8Array(Buffer.from('input')));
  proposal.setPayload(payload.serializeBinary());
  const signed = new proposals.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  signed.setSignature(new Uint8Array(Buffer.from('signature')));
  return signed.serializeBinary();
}
