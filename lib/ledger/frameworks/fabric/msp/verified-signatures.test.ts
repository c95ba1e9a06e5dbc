import { describe, expect, it, vi } from 'vitest';
import { createTestOrganisation } from '../testing/test-organisation';
import { createMspManager } from './create-msp-manager';
import { VerifiedSignatures } from './verified-signatures';
import { verifySignature } from './verify-signature';

const organisation = createTestOrganisation('Org1MSP');
const msps = createMspManager([organisation.createMsp()]);
const [ada, bob] = [organisation.issue(), organisation.issue()];
const [adaIdentity, bobIdentity] = [ada, bob].map((one) => msps.deserializeIdentity(one.serialized)) as [ReturnType<typeof msps.deserializeIdentity>, ReturnType<typeof msps.deserializeIdentity>];
const message = Buffer.from('one message');

describe('signatures that were found good', () => {
  it('are verified once, and only the same signature of the same identity over the same message counts as found', () => {
    const verified = new VerifiedSignatures();
    const verify = vi.fn<() => boolean>(() => true);
    const signature = ada.sign(message);
    for (let count = 0; count < 3; count += 1) expect(verified.check(adaIdentity, message, signature, verify)).toBe(true);
    expect(verify).toHaveBeenCalledTimes(1);
    const refuse = () => false;
    expect(verified.check(bobIdentity, message, signature, refuse)).toBe(false);
    expect(verified.check(adaIdentity, Buffer.from('one messagf'), signature, refuse)).toBe(false);
    expect(verified.check(adaIdentity, message, ada.sign(message), refuse)).toBe(false);
    // A byte that goes over from the signature to the message.
    expect(verified.check(adaIdentity, Buffer.concat([signature.subarray(-1), message]), signature.subarray(0, -1), refuse)).toBe(false);
    expect(verified.check(adaIdentity, message.subarray(1), Buffer.concat([signature, message.subarray(0, 1)]), refuse)).toBe(false);
  });

  it('are forgotten when there are too many, and those that were not good never become so', () => {
    const verified = new VerifiedSignatures(2);
    const verify = vi.fn<() => boolean>(() => true);
    for (const text of ['a', 'b', 'c', 'a']) verified.check(adaIdentity, Buffer.from(text), message, verify);
    expect(verify).toHaveBeenCalledTimes(4);
    const never = vi.fn<() => boolean>(() => false);
    for (let count = 0; count < 2; count += 1) expect(verified.check(bobIdentity, message, message, never)).toBe(false);
    expect(never).toHaveBeenCalledTimes(2);
  });

  it('do not make a wrong one good in between', () => {
    const signature = ada.sign(message);
    expect([verifySignature(adaIdentity, message, signature), verifySignature(bobIdentity, message, signature), verifySignature(adaIdentity, message, signature), verifySignature(adaIdentity, Buffer.from('another'), signature)]).toEqual([undefined, 'The signature is invalid', undefined, 'The signature is invalid']);
  });
});
