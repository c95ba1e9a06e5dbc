import { createHash } from 'node:crypto';
import { Fields } from './audit-fields';
import { auditSignature } from './audit-signature';

const CONFIG = 1n;
const ENDORSER_TRANSACTION = 3n;

export interface AuditedTransaction {
  readonly txId: string;
  /** What is wrong with it, in words; empty for a transaction that may be valid. */
  readonly findings: readonly string[];
  /** Signatures that were looked at. */
  readonly signatures: number;
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Derives anew what an envelope claims: its name, its proposal's hash, who signed it and who endorsed it. */
export function auditTransaction(bytes: Buffer): AuditedTransaction {
  const findings: string[] = [];
  const envelope = new Fields(bytes);
  const payload = new Fields(envelope.bytes(1));
  const header = payload.message(1);
  const [channelBytes, senderBytes] = [header.bytes(1), header.bytes(2)];
  const channel = new Fields(channelBytes);
  const sender = new Fields(senderBytes);
  const [creator, nonce] = [sender.bytes(1), sender.bytes(2)];
  const txId = channel.text(5);
  const type = channel.number(1);
  // The configuration of block 0 is signed by nobody; a later one by the orderer that wrapped it.
  const isSigned = type !== CONFIG || creator.length > 0;
  const wrong = isSigned ? auditSignature(creator, envelope.bytes(1), envelope.bytes(2)) : undefined;
  if (wrong !== undefined) findings.push(`its creator's signature ${wrong}`);
  if (type !== ENDORSER_TRANSACTION) {
    if (type !== CONFIG) findings.push(`it has type ${type}`);
    return { txId, findings, signatures: isSigned ? 1 : 0 };
  }
  if (txId !== sha256(nonce, creator).toString('hex')) findings.push('its name is not the hash of nonce and creator');
  const actions = new Fields(payload.bytes(2)).list(1);
  if (actions.length !== 1) findings.push(`it has ${actions.length} actions`);
  let signatures = 1;
  for (const one of actions) {
    const { wrongs, count } = auditAction(new Fields(one), channel, channelBytes);
    findings.push(...wrongs);
    signatures += count;
  }
  return { txId, findings, signatures };
}

function auditAction(action: Fields, channel: Fields, channelBytes: Buffer): { wrongs: string[]; count: number } {
  const wrongs: string[] = [];
  const actionPayload = new Fields(action.bytes(2));
  const endorsed = actionPayload.message(2);
  const response = endorsed.bytes(1);
  const claimed = new Fields(response);
  if (!sha256(channelBytes, action.bytes(1), actionPayload.bytes(1)).equals(claimed.bytes(1))) wrongs.push('its response is of another proposal');
  const called = new Fields(channel.bytes(7)).message(2).text(2);
  const chaincode = new Fields(claimed.bytes(2)).message(4);
  if (called !== chaincode.text(2)) wrongs.push(`it called ${called}, and ${chaincode.text(2)} answered`);
  const endorsements = endorsed.list(2).map((one) => new Fields(one));
  if (endorsements.length === 0) wrongs.push('nobody endorsed it');
  for (const one of endorsements) {
    const wrong = auditSignature(one.bytes(1), Buffer.concat([response, one.bytes(1)]), one.bytes(2));
    if (wrong !== undefined) wrongs.push(`the endorsement of ${new Fields(one.bytes(1)).text(1)} ${wrong}`);
  }
  return { wrongs, count: endorsements.length };
}
