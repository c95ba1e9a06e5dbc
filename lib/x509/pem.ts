import { X509Refusal } from './refusal';

export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'X509 CRL';

export interface PemLimits {
  readonly blocksMax: number;
  /** Of the whole text. */
  readonly charactersMax: number;
}

/** DER as one PEM block with a line break at its end (RFC 7468). */
export function encodePem(label: PemLabel, der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/**
 * The DER bytes of every block of a text that holds blocks of this label and nothing else: what stands between or beside
 * blocks is read differently by different programs. Refuses an empty text.
 * @throws X509Refusal malformed
 */
export function decodePem(text: string, label: PemLabel, { blocksMax, charactersMax }: PemLimits): Uint8Array[] {
  if (text.length > charactersMax) throw new X509Refusal('malformed', `The PEM text is longer than ${charactersMax} characters.`);
  const blocks: Uint8Array[] = [];
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  for (let rest = text.replaceAll('\r\n', '\n').trimEnd(); rest !== ''; ) {
    const stop = rest.indexOf(end);
    if (!rest.startsWith(`${begin}\n`) || stop < 0) throw new X509Refusal('malformed', `The text is not PEM blocks of "${label}" and nothing else.`);
    if (blocks.length === blocksMax) throw new X509Refusal('malformed', `The text holds more than ${blocksMax} PEM blocks.`);
    blocks.push(decodeBase64(rest.slice(begin.length + 1, stop)));
    rest = rest.slice(stop + end.length).replace(/^\n/, '');
  }
  if (blocks.length === 0) throw new X509Refusal('malformed', `The text holds no PEM block of "${label}".`);
  return blocks;
}

function decodeBase64(lines: string): Uint8Array {
  const text = lines.replaceAll('\n', '');
  const bytes = Buffer.from(text, 'base64');
  // Node skips what is not base64; only a text that comes out again as it went in is taken.
  if (bytes.length === 0 || bytes.toString('base64') !== text) throw new X509Refusal('malformed', 'A PEM block is not base64.');
  return new Uint8Array(bytes);
}
