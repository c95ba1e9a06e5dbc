import { FabricRefusal } from './refusal';

export interface PemBlock {
  readonly label: string;
  readonly der: Uint8Array;
}

const block = /(?:^|\n)-----BEGIN ([^\r\n-]*)-----[ \t]*\r?\n([^-]*)-----END ([^\r\n-]*)-----/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The first block of a PEM text; what stands before and behind it is not looked at, as Fabric's reader does. Undefined when
 * there is none. Blocks with headers are not read.
 * @throws FabricRefusal limit
 */
export function readPem(bytes: Uint8Array, bytesMax: number, what: string): PemBlock | undefined {
  if (bytes.length > bytesMax) throw new FabricRefusal('limit', `${what} is larger than ${bytesMax} bytes`);
  const [, label, body = '', end] = block.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  const text = body.replace(/[ \t\r\n]/g, '');
  if (label === undefined || label !== end || !base64.test(text)) return undefined;
  return { label, der: Buffer.from(text, 'base64') };
}
