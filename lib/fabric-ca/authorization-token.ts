import { decodePem, isSignedBy, isX509Refusal, parsePublicKey, readCertificate, verifyLowS, type CertificateFacts } from '@/lib/x509';
import { unauthenticated } from './fabric-ca-error';

/** As much as the head of a request has room for; a certificate with all attributes that it may carry has 13,000. */
const tokenCharactersMax = 16_384;
const certificateCharactersMax = 12_288;

export interface TokenParts {
  readonly certificate: CertificateFacts;
  /** As it stands in the token: it is signed in this form. */
  readonly certificateText: string;
  readonly signature: Uint8Array;
}

/**
 * Takes a token apart: `base64(certificate in PEM).base64(signature)`. Says nothing about whether it holds.
 * @throws FabricCaError 401
 */
export function readToken(text: string): TokenParts {
  if (text.length > tokenCharactersMax) throw unauthenticated('the token is too long');
  const [certificateText = '', signatureText = '', ...more] = text.split('.');
  if (more.length > 0 || signatureText === '') throw unauthenticated('a token has two parts with a dot between them');
  const pem = decodeBase64(certificateText).toString('utf8');
  try {
    const [der = new Uint8Array()] = decodePem(pem, 'CERTIFICATE', { blocksMax: 1, charactersMax: certificateCharactersMax });
    return { certificate: readCertificate(der), certificateText, signature: decodeBase64(signatureText) };
  } catch (error) {
    if (!isX509Refusal(error)) throw error;
    throw unauthenticated(`the certificate of the token: ${error.message}`, error);
  }
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly uri: string;
  readonly body: string;
}

/**
 * The token is for this request alone, and its certificate is of this authority and in its time. The form of Fabric CA 1.3,
 * which leaves out method and address, is not taken: it would hold for every other call with the same body.
 * @throws FabricCaError 401
 */
export function checkToken({ certificate, certificateText, signature }: TokenParts, request: SignedRequest, authority: CertificateFacts, nowMs: number): void {
  if (certificate.isAuthority || certificate.authorityKeyIdentifier !== authority.keyIdentifier || certificate.issuer !== authority.subject || !isSignedBy(certificate, authority)) {
    throw unauthenticated('untrusted certificate: it was not issued by this authority');
  }
  if (nowMs < certificate.notBeforeMs || nowMs > certificate.notAfterMs) throw unauthenticated('the certificate of the token has ended, or has not begun');
  const key = parsePublicKey(certificate.publicKey);
  const isSigned = writingsOf(request.uri).some((uri) => {
    const message = [request.method, toBase64(uri), toBase64(request.body), certificateText].join('.');
    return verifyLowS(Buffer.from(message, 'utf8'), key, signature);
  });
  if (!isSigned) throw unauthenticated('token signature validation failed');
}

/**
 * An address as it came, and as it was before the server's reading of it (WHATWG URL) escaped what a client may send bare:
 * the official one does so with names, and signs what it sends. Both mean the same.
 */
function writingsOf(uri: string): string[] {
  const bare = uri.replaceAll(/%(?:22|27|3C|3E|5E|60|7B|7C|7D)/g, (escape) => String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
  return bare === uri ? [uri] : [uri, bare];
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** @throws FabricCaError 401 for what does not come out again as it went in */
function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== text) throw unauthenticated('a part of the token is not base64');
  return bytes;
}
