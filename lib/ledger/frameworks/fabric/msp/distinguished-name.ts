import { childrenOf, derTag, expectTag, readOid, type DerNode } from './der';

const commonName = '2.5.4.3';
const organizationalUnit = '2.5.4.11';

export interface NameFacts {
  readonly commonName: string;
  /** In the order in which they stand. */
  readonly organizationalUnits: readonly string[];
}

/** What Fabric looks at in a name. Values of other than text types are passed over, as Go's reader does. @throws FabricRefusal */
export function readName(node: DerNode, what: string): NameFacts {
  const units: string[] = [];
  let common = '';
  for (const part of childrenOf(expectTag(node, derTag.sequence, what), what)) {
    for (const attribute of childrenOf(expectTag(part, derTag.set, what), what)) {
      const [type, value] = childrenOf(expectTag(attribute, derTag.sequence, what), what);
      const text = value && readText(value);
      if (text === undefined) continue;
      const oid = readOid(type, what);
      if (oid === organizationalUnit) units.push(text);
      if (oid === commonName) common = text;
    }
  }
  return { commonName: common, organizationalUnits: units };
}

function readText({ tag, content }: DerNode): string | undefined {
  switch (tag) {
    case derTag.utf8:
    // Bytes as they are, as Go's reader takes them.
    case derTag.t61:
      return Buffer.from(content).toString('utf8');
    case derTag.printable:
    case derTag.ia5:
    case derTag.numericString:
      return Buffer.from(content).toString('latin1');
    case derTag.bmp:
      return content.length % 2 === 0 ? Buffer.from(content).swap16().toString('utf16le') : undefined;
    default:
      return undefined;
  }
}
