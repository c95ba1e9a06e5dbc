import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../testing/random';
import { answerInOrder } from './answer-in-order';
import { SERVICE_CODES, ServiceRefused } from './service-refused';
import { openServedCity } from './testing/served-city';

const SEED = Number(process.env.SEED ?? 20_261_201);
const ROUNDS = 150;

let city: Awaited<ReturnType<typeof openServedCity>>;
beforeAll(async () => {
  city = await openServedCity();
});
afterAll(() => city.close());

async function* list<T>(...values: readonly T[]): AsyncGenerator<T, void> {
  yield* values;
}

/** Bytes that look like messages: tags of the first fields, lengths that often fit, and rubbish. */
function randomMessage(random: { below(limit: number): number }, depth = 0): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let count = random.below(5); count >= 0; count -= 1) {
    const inner = depth < 4 && random.below(2) === 0 ? randomMessage(random, depth + 1) : Uint8Array.from({ length: random.below(20) }, () => random.below(256));
    const length = random.below(8) === 0 ? random.below(128) : Math.min(127, inner.length);
    parts.push(random.below(5) === 0 ? Uint8Array.of(random.below(8) * 8, random.below(128)) : Uint8Array.of((1 + random.below(6)) * 8 + 2, length, ...inner.subarray(0, 127)));
  }
  return Buffer.concat(parts);
}

describe('what is no request', () => {
  it(`is refused by every service in gRPC's or Fabric's shape, never by an error of ours (seed ${SEED})`, async () => {
    const random = createRandom(SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      const bytes = randomMessage({ below: (limit) => random.below(limit) });
      for (const method of city.methods) {
        const call = { signal: AbortSignal.timeout(2_000), entrance: '' };
        try {
          if (method.kind === 'unary') await method.answer(bytes, call);
          else for await (const answer of method.answer(list(bytes), call)) expect(answer.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error, `${method.path} ${Buffer.from(bytes).toString('hex')}`).toBeInstanceOf(ServiceRefused);
        }
      }
    }
  });
});

describe('answers in order', () => {
  it('come in the order of the requests, however long each takes, and no more than so many are under way', async () => {
    let running = 0;
    let most = 0;
    const answers: number[] = [];
    const slowFirst = async (request: number) => {
      running += 1;
      most = Math.max(most, running);
      for (let turn = 20 - request; turn > 0; turn -= 1) await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return request;
    };
    for await (const answer of answerInOrder(list(...Array.from({ length: 20 }, (_, at) => at)), 4, slowFirst)) answers.push(answer);
    expect(answers).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect(most).toBe(4);
  });

  it('end with the first that fails', async () => {
    const failing = async (request: number) => {
      if (request === 1) throw new Error('one');
      return request;
    };
    const answers: number[] = [];
    await expect(
      (async () => {
        for await (const answer of answerInOrder(list(0, 1, 2), 8, failing)) answers.push(answer);
      })(),
    ).rejects.toThrow('one');
    expect(answers).toEqual([0]);
  });
});

describe('a refusal with details', () => {
  it('carries them as Fabric does, in a google.rpc.Status', () => {
    const { statusDetails = new Uint8Array(0) } = new ServiceRefused(SERVICE_CODES.ABORTED, 'failed', [{ address: 'a:1', mspId: 'Org1MSP', message: 'no' }]);
    const text = Buffer.from(statusDetails).toString('latin1');
    for (const part of ['failed', 'type.googleapis.com/gateway.ErrorDetail', 'a:1', 'Org1MSP', 'no']) expect(text).toContain(part);
    expect(new ServiceRefused(SERVICE_CODES.ABORTED, 'failed').statusDetails).toBeUndefined();
  });
});
