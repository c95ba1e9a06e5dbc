import { describe, expect, it } from 'vitest';
import { createNonce, parseControlSecret, signRequest, signatureHeaders, timeWindowMs } from './sign-request';
import { createRequestVerifier } from './request-verifier';

const secret = parseControlSecret(Buffer.alloc(32, 7).toString('base64'));
const other = parseControlSecret(Buffer.alloc(32, 8).toString('base64'));
const startMs = 1_790_000_000_000;

function world(options: { noncesMax?: number } = {}) {
  let nowMs = startMs;
  const verify = createRequestVerifier({ secretOf: (signer) => (signer === 'host:h1' ? secret : undefined), now: () => nowMs, ...options });
  return { verify, advance: (ms: number) => void (nowMs += ms), now: () => nowMs };
}

function signed(timeMs: number, change: Partial<{ key: Uint8Array; nonce: string; signer: string; body: string; method: string; target: string }> = {}) {
  const signer = change.signer ?? 'host:h1';
  const nonce = change.nonce ?? createNonce();
  const parts = { signer, method: change.method ?? 'PUT', target: change.target ?? '/v1/x?a=1', timeMs, nonce, body: Buffer.from(change.body ?? 'body') };
  return {
    method: parts.method,
    target: parts.target,
    body: parts.body,
    headers: {
      [signatureHeaders.signer]: signer,
      [signatureHeaders.time]: String(timeMs),
      [signatureHeaders.nonce]: nonce,
      [signatureHeaders.signature]: signRequest(change.key ?? secret, parts),
    },
  };
}

describe('createRequestVerifier', () => {
  it('believes a request signed with the host secret', () => {
    expect(world().verify(signed(startMs))).toMatchObject({ ok: true, request: { signer: 'host:h1' } });
  });

  it('refuses a request that was already seen, also at the far end of the window', () => {
    const { verify, advance } = world();
    const request = signed(startMs + timeWindowMs - 1);
    expect(verify(request).ok).toBe(true);
    expect(verify(request)).toEqual({ ok: false, failure: 'replay' });
    advance(2 * timeWindowMs - 2);
    expect(verify(request)).toEqual({ ok: false, failure: 'replay' });
    advance(2);
    expect(verify(request)).toEqual({ ok: false, failure: 'clock' });
  });

  it.each([
    ['too old', -timeWindowMs - 1],
    ['too far ahead', timeWindowMs + 1],
  ])('refuses a clock that is %s', (_, skewMs) => {
    const { verify, advance, now } = world();
    advance(10 * timeWindowMs);
    expect(verify(signed(now() + skewMs))).toEqual({ ok: false, failure: 'clock' });
    expect(verify(signed(now() + skewMs - Math.sign(skewMs)))).toMatchObject({ ok: true });
  });

  it('refuses what was signed before the process began, since its nonces are forgotten', () => {
    expect(world().verify(signed(startMs - 5_000))).toEqual({ ok: false, failure: 'before-start' });
  });

  it.each([
    ['another secret', { request: signed(startMs, { key: other }), failure: 'signature' }],
    ['an unknown signer', { request: signed(startMs, { signer: 'host:h2' }), failure: 'signer' }],
    ['a changed body', { request: { ...signed(startMs), body: Buffer.from('bodY') }, failure: 'signature' }],
    ['another target', { request: { ...signed(startMs), target: '/v1/x?a=2' }, failure: 'signature' }],
    ['another method', { request: { ...signed(startMs), method: 'DELETE' }, failure: 'signature' }],
    ['no signature', { request: { ...signed(startMs), headers: {} }, failure: 'unsigned' }],
  ])('refuses a request with %s', (_, { request, failure }) => {
    expect(world().verify(request)).toEqual({ ok: false, failure });
  });

  it('refuses a time, nonce or signature moved from another request', () => {
    const { verify } = world();
    const one = signed(startMs);
    const two = signed(startMs + 1);
    for (const name of [signatureHeaders.time, signatureHeaders.nonce, signatureHeaders.signature]) {
      expect(verify({ ...one, headers: { ...one.headers, [name]: two.headers[name] } })).toEqual({ ok: false, failure: 'signature' });
    }
  });

  it('refuses further requests instead of forgetting nonces early', () => {
    const { verify, advance, now } = world({ noncesMax: 2 });
    const first = signed(now());
    expect(verify(first).ok).toBe(true);
    expect(verify(signed(now())).ok).toBe(true);
    expect(verify(signed(now()))).toMatchObject({ ok: false, failure: 'busy', retryAfterSeconds: 60 });
    expect(verify(first)).toEqual({ ok: false, failure: 'replay' });
    advance(2 * timeWindowMs);
    expect(verify(signed(now())).ok).toBe(true);
  });

  it('does not let unsigned requests fill the nonce memory', () => {
    const { verify } = world({ noncesMax: 1 });
    for (let index = 0; index < 10; index++) verify(signed(startMs, { key: other }));
    expect(verify(signed(startMs)).ok).toBe(true);
  });
});

describe('parseControlSecret', () => {
  it('refuses a secret of less than 32 bytes', () => {
    expect(() => parseControlSecret(Buffer.alloc(31).toString('base64'))).toThrow(/32 bytes/);
  });
});
