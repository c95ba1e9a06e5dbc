import { describe, expect, it } from 'vitest';
import { chainId, hash, ZERO_HASH } from '../types';
import { answerStatement, attestationStatement, precommitStatement, prevoteStatement, proposalStatement, questionStatement } from './statements';

const chains = ['tide-4417', 'tide-4418', 'tide-441'].map(chainId);
const hashes = [ZERO_HASH, hash('11'.repeat(32))];
const nonces = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)];

describe('what is signed', () => {
  it('is another statement for each kind, sub-chain, height, round, block and nonce', () => {
    const statements: Uint8Array[] = [];
    for (const chain of chains) {
      for (const nonce of nonces) {
        statements.push(questionStatement(chain, nonce));
        for (const height of [0, 1, 2 ** 40]) statements.push(answerStatement(chain, nonce, height));
      }
      for (const height of [0, 1, 256, 2 ** 40]) {
        for (const name of hashes) {
          statements.push(attestationStatement(chain, height, name));
          for (const round of [0, 1, 256]) {
            statements.push(prevoteStatement(chain, height, round, name), precommitStatement(chain, height, round, name));
            for (const validRound of [-1, 0, 1]) statements.push(proposalStatement(chain, height, round, validRound, name));
          }
        }
      }
    }
    expect(new Set(statements.map((bytes) => Buffer.from(bytes).toString('hex'))).size).toBe(statements.length);
  });

  it('begins with its kind, so that no other use of the key can be taken for it', () => {
    const [chain] = chains as [(typeof chains)[0]];
    const [nonce] = nonces as [Buffer];
    const beginnings = [
      proposalStatement(chain, 1, 0, -1, ZERO_HASH),
      prevoteStatement(chain, 1, 0, ZERO_HASH),
      precommitStatement(chain, 1, 0, ZERO_HASH),
      attestationStatement(chain, 1, ZERO_HASH),
      questionStatement(chain, nonce),
      answerStatement(chain, nonce, 1),
    ].map((bytes) => /^chainworks\/[a-z]+\/1/.exec(Buffer.from(bytes.subarray(4)).toString('latin1'))?.[0]);
    expect(beginnings).toEqual(['proposal', 'prevote', 'finality', 'attestation', 'question', 'answer'].map((kind) => `chainworks/${kind}/1`));
  });
});
