import { createHash } from 'node:crypto';
import { Fields } from './audit-fields';
import { auditSignature } from './audit-signature';

const CONFIG = 1n;
const ENDORSER_TRANSACTION = 3n;

export interface AuditedEndorsement {
  /** A serialised msp.SerializedIdentity. */
  readonly identity: Buffer;
  /** What is wrong with its signature, in words. */
  readonly wrong: string | undefined;
}

export interface AuditedTransaction {
  readonly txId: string;
  readonly channelId: string;
  readonly creator: Buffer;
  /** What is wrong with its form, in words; empty for a transaction that may be valid. */
  readonly findings: readonly string[];
  /** Signatures that were looked at. */
  readonly signatures: number;
  /** The configuration in it; undefined for every other transaction. */
  readonly config: Buffer | undefined;
  /** What a chaincode's transaction does; undefined for every other. */
  readonly action: AuditedAction | undefined;
}

export interface AuditedAction {
  readonly chaincode: string;
  /** Bytes of its rwset.TxReadWriteSet. */
  readonly results: Buffer;
  readonly endorsements: readonly AuditedEndorsement[];
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Derives anew what an envelope claims: its name, its proposal's hash, who signed it and who endorsed it. Throws for what is no envelope. */
export function auditTransaction(bytes: Buffer): AuditedTransaction {
  const findings: string[] = [];
  const envelope = new Fields(bytes);
  const payload = new Fields(envelope.bytes(1));
  const header = payload.message(1);
  const [channelBytes, senderBytes] = [header.bytes(1), header.bytes(2)];
  const channel = new Fields(channelBytes);
  const sender = new Fields(senderBytes);
  const [creator, nonce] = [sender.bytes(1), sender.bytes(2)];
  const [txId, channelId] = [channel.text(5), channel.text(4)];
  const type = channel.number(1);
  // The configuration of block 0 is signed by nobody; a later one by the orderer that wrapped it.
  const isSigned = type !== CONFIG || creator.length > 0;
  const wrong = isSigned ? auditSignature(creator, envelope.bytes(1), envelope.bytes(2)) : undefined;
  if (wrong !== undefined) findings.push(`its creator's signature ${wrong}`);
  const own = { txId, channelId, creator, findings };
  if (type !== ENDORSER_TRANSACTION) {
    if (type !== CONFIG) findings.push(`it has type ${type}`);
    return { ...own, signatures: isSigned ? 1 : 0, config: type === CONFIG ? payload.bytes(2) : undefined, action: undefined };
  }
  if (txId !== sha256(nonce, creator).toString('hex')) findings.push('its name is not the hash of nonce and creator');
  const actions = new Fields(payload.bytes(2)).list(1);
  if (actions.length !== 1) findings.push(`it has ${actions.length} actions`);
  const [action] = actions.map((one) => auditAction(new Fields(one), channel, channelBytes, findings));
  return { ...own, signatures: 1 + (action?.endorsements.length ?? 0), config: undefined, action };
}

function auditAction(action: Fields, channel: Fields, channelBytes: Buffer, findings: string[]): AuditedAction {
  const actionPayload = new Fields(action.bytes(2));
  const endorsed = actionPayload.message(2);
  const response = endorsed.bytes(1);
  const claimed = new Fields(response);
  if (!sha256(channelBytes, action.bytes(1), actionPayload.bytes(1)).equals(claimed.bytes(1))) findings.push('its response is of another proposal');
  const called = new Fields(channel.bytes(7)).message(2).text(2);
  const outcome = new Fields(claimed.bytes(2));
  const chaincode = outcome.message(4);
  if (called !== chaincode.text(2)) findings.push(`it called ${called}, and ${chaincode.text(2)} answered`);
  const event = outcome.bytes(2);
  if (event.length > 0 && new Fields(event).text(1) !== called) findings.push('its event is of another chaincode');
  const endorsements = endorsed.messages(2).map((one) => ({ identity: one.bytes(1), wrong: auditSignature(one.bytes(1), Buffer.concat([response, one.bytes(1)]), one.bytes(2)) }));
  if (endorsements.length === 0) findings.push('nobody endorsed it');
  return { chaincode: called, results: outcome.bytes(1), endorsements };
}

/** What is wrong with endorsements, one sentence each. */
export function listForged({ endorsements }: AuditedAction): string[] {
  return endorsements.flatMap(({ identity, wrong }) => (wrong === undefined ? [] : `the endorsement of ${new Fields(identity).text(1)} ${wrong}`));
}
