import { FieldWriter } from '@/lib/platform/pure/wire';

/** What an organisation says of itself: certificates and lists as PEM. */
export interface MspDescription {
  readonly mspId: string;
  readonly roots: readonly string[];
  readonly intermediates: readonly string[];
  readonly tlsRoots: readonly string[];
  readonly tlsIntermediates: readonly string[];
  readonly revocationLists: readonly string[];
  /** Administrators by their certificates, beside those whose unit says so. */
  readonly admins: readonly string[];
  /** The units `client`, `peer`, `admin` and `orderer` of a certificate's name say its role. */
  readonly hasNodeUnits: boolean;
}

/** Bytes of the msp.MSPConfig with Fabric's usual hashes, as `decodeMspConfig` reads it. */
export function encodeMspConfig({ mspId, roots, intermediates, tlsRoots, tlsIntermediates, revocationLists, admins, hasNodeUnits }: MspDescription): Uint8Array {
  const config = new FieldWriter()
    .text(1, mspId)
    .items(2, roots, textOf)
    .items(3, intermediates, textOf)
    .items(4, admins, textOf)
    .items(5, revocationLists, textOf)
    .item(8, new FieldWriter().text(1, 'SHA2').text(2, 'SHA256').finish())
    .items(9, tlsRoots, textOf)
    .items(10, tlsIntermediates, textOf);
  if (hasNodeUnits) config.item(11, nodeUnits());
  return new FieldWriter().bytes(2, config.finish()).finish();
}

/** Of whatever authority of the organisation: which one issued it is not asked. */
function nodeUnits(): Uint8Array {
  const unit = (name: string): Uint8Array => new FieldWriter().text(2, name).finish();
  return new FieldWriter().bool(1, true).item(2, unit('client')).item(3, unit('peer')).item(4, unit('admin')).item(5, unit('orderer')).finish();
}

function textOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
