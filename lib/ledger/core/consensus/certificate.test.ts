import { describe, expect, it } from 'vitest';
import { expectCanonical } from '../../testing/expect-canonical';
import { fakeRules, fakeSign, fakeVerify } from '../../testing/fake-validators';
import { ByteReader, ByteWriter, CodecError } from '../codec';
import { createKey, verifySignature } from '../crypto';
import { chainId, hash, ZERO_HASH } from '../types';
import { findCertificateFault, readCertificate, writeCertificate, type Certificate, type CertificateSignature } from './certificate';
import { VALIDATORS_MAX, type ChainRules } from './rules';
import { attestationStatement, precommitStatement, prevoteStatement } from './statements';

const block = { chain: chainId('tide-4417'), height: 7, hash: hash('11'.repeat(32)) };
const rules = fakeRules('byzantine', 7);
const statement = precommitStatement(block.chain, block.height, 2, block.hash);

const signed = (validator: number, what = statement, by = rules): CertificateSignature => {
  const signer = by.validators[validator];
  return { validator, signature: fakeSign(signer?.publicKey ?? Buffer.from('nobody'), what) };
};
const of = (...validators: number[]): Certificate => ({ round: 2, signatures: validators.map((validator) => signed(validator)) });
const faultOf = (certificate: Certificate, by: ChainRules = rules) => findCertificateFault(block, certificate, by, fakeVerify);

describe('a certificate', () => {
  it('holds with every quorum, and with more', () => {
    for (const validators of [[0, 1, 2, 3, 4], [2, 3, 4, 5, 6], [0, 2, 3, 5, 6], [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5, 6]]) expect(faultOf(of(...validators))).toBeUndefined();
    const crash = fakeRules('crash', 3);
    expect(faultOf(of(0, 2), crash)).toBeUndefined();
    expect(faultOf(of(0), fakeRules('solo', 1))).toBeUndefined();
  });

  it('needs as many signatures as the rules of its height say', () => {
    expect(faultOf({ round: 2, signatures: [] })).toMatch(/0 signatures where 5 are needed/);
    expect(faultOf(of(0, 1, 2, 3))).toMatch(/4 signatures where 5 are needed/);
    expect(faultOf(of(0, 1, 2, 3), { ...rules, finality: 'crash' })).toBeUndefined();
    expect(faultOf({ round: 0, signatures: [] }, fakeRules('solo', 1))).toMatch(/0 signatures where 1 are needed/);
  });

  it('counts nobody twice, and nobody who is none of the validators', () => {
    const wrongly = /names its signers wrongly/;
    expect(faultOf(of(0, 1, 2, 3, 3))).toMatch(wrongly);
    expect(faultOf(of(0, 0, 1, 2, 3, 4, 5))).toMatch(wrongly);
    expect(faultOf(of(0, 1, 2, 4, 3))).toMatch(wrongly);
    expect(faultOf(of(0, 1, 2, 3, 7))).toMatch(wrongly);
    expect(faultOf(of(0, 1, 2, 3, 255))).toMatch(wrongly);
    expect(faultOf(of(-1, 0, 1, 2, 3))).toMatch(wrongly);
  });

  it('holds with no signature of somebody else, of another block, round, height or sub-chain, or of another kind', () => {
    const others: [string, Uint8Array][] = [
      ['round', precommitStatement(block.chain, 7, 1, block.hash)],
      ['height', precommitStatement(block.chain, 8, 2, block.hash)],
      ['sub-chain', precommitStatement(chainId('tide-4418'), 7, 2, block.hash)],
      ['block', precommitStatement(block.chain, 7, 2, ZERO_HASH)],
      ['kind', prevoteStatement(block.chain, 7, 2, block.hash)],
      ['kind', attestationStatement(block.chain, 7, block.hash)],
    ];
    for (const [what, other] of others) {
      // The fifth of five, and one of seven where five would be enough: what is wrong is wrong altogether.
      expect(faultOf({ round: 2, signatures: [0, 1, 2, 3].map((at) => signed(at)).concat(signed(4, other)) }), what).toMatch(/wrong signature of V4/);
      expect(faultOf({ round: 2, signatures: [0, 1, 2, 3, 4, 5].map((at) => signed(at)).concat(signed(6, other)) }), what).toMatch(/wrong signature of V6/);
    }
    const stolen = { validator: 4, signature: signed(3).signature };
    expect(faultOf({ round: 2, signatures: [...of(0, 1, 2, 3).signatures, stolen] })).toMatch(/wrong signature of V4/);
    expect(faultOf({ ...of(0, 1, 2, 3, 4), round: 3 })).toMatch(/wrong signature of V0/);
    expect(findCertificateFault({ ...block, hash: ZERO_HASH }, of(0, 1, 2, 3, 4), rules, fakeVerify)).toMatch(/wrong signature of V0/);
  });

  it('is of no use under the rules of another height', () => {
    const successors: ChainRules = { ...rules, validators: rules.validators.map(({ name }) => ({ name, publicKey: Buffer.from(`next key of ${name}`) })) };
    expect(faultOf(of(0, 1, 2, 3, 4), successors)).toMatch(/wrong signature of V0/);
    expect(faultOf(of(0, 1, 2, 3, 4), { ...rules, validators: rules.validators.toReversed() })).toMatch(/wrong signature of V6/);
  });

  it('is made of P-256 signatures, and refuses those of a wrong form', () => {
    const signers = [0, 1, 2].map(() => createKey().signer);
    const real: ChainRules = { finality: 'crash', validators: signers.map(({ publicKey }, at) => ({ name: `V${at}`, publicKey })), engineVersion: 1 };
    const signatures = signers.map((signer, validator) => ({ validator, signature: signer.sign(statement) }));
    expect(findCertificateFault(block, { round: 2, signatures }, real, verifySignature)).toBeUndefined();
    for (const signature of [new Uint8Array(0), new Uint8Array(64), Buffer.alloc(64, 0xff), Buffer.concat([signatures[1]?.signature ?? new Uint8Array(0), Uint8Array.of(0)])]) {
      expect(findCertificateFault(block, { round: 2, signatures: signatures.with(1, { validator: 1, signature }) }, real, verifySignature)).toMatch(/wrong signature of V1/);
    }
  });
});

describe('the bytes of a certificate', () => {
  const encode = (certificate: Certificate): Uint8Array => {
    const writer = new ByteWriter(1_024);
    writeCertificate(writer, certificate);
    return writer.finish();
  };
  const decode = (bytes: Uint8Array): Certificate => {
    const reader = new ByteReader(bytes);
    const certificate = readCertificate(reader);
    reader.end();
    return certificate;
  };

  it('have one form', () => {
    for (const certificate of [{ round: 0, signatures: [] }, of(0), of(0, 1, 2, 3, 4), { ...of(3), round: 2 ** 32 - 1 }]) expectCanonical(encode(certificate), decode, encode);
  });

  it('hold no more signatures than there can be validators, and none without measure', () => {
    const many = (count: number): Certificate => ({ round: 0, signatures: Array.from({ length: count }, (_, validator) => ({ validator, signature: new Uint8Array(64) })) });
    expect(decode(encode(many(VALIDATORS_MAX))).signatures).toHaveLength(VALIDATORS_MAX);
    expect(() => decode(encode(many(VALIDATORS_MAX + 1)))).toThrow(CodecError);
    expect(() => decode(encode({ round: 0, signatures: [{ validator: 0, signature: new Uint8Array(129) }] }))).toThrow(CodecError);
  });
});
