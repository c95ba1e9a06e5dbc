import { gzipSync } from 'node:zlib';

export interface TarEntry {
  readonly path: string;
  readonly bytes?: string | Buffer;
  /** '0' file, '5' directory, '2' symbolic link … */
  readonly kind?: string;
  readonly link?: string;
}

/** A tar archive as Go's archive/tar writes it; takes what a good archive would not have. */
export function makeTar(entries: readonly TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  const add = ({ path, bytes = '', kind = '0', link = '' }: TarEntry): void => {
    if (Buffer.byteLength(path) > 100) {
      const record = `path=${path}\n`;
      let length = record.length + 3;
      while (String(length).length + 1 + Buffer.byteLength(record) !== length) length = String(length).length + 1 + Buffer.byteLength(record);
      add({ path: 'PaxHeaders.0/long', bytes: `${length} ${record}`, kind: 'x' });
    }
    const content = Buffer.from(bytes);
    const header = Buffer.alloc(512);
    header.write(path.slice(0, 100), 0);
    header.write('0000644\0', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write(kind, 156);
    header.write(link, 157);
    header.write('ustar\u000000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  };
  entries.forEach(add);
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A chaincode package like those of `peer lifecycle chaincode package --lang node`. */
export function makePackage(code: readonly TarEntry[], metadata: Record<string, unknown> = { type: 'node', label: 'test_1.0', path: '' }): Buffer {
  return gzipSync(
    makeTar([
      { path: 'metadata.json', bytes: JSON.stringify(metadata) },
      { path: 'code.tar.gz', bytes: gzipSync(makeTar(code)) },
    ]),
  );
}

/** Chaincode of one file, with the packages of the runtime. */
export function makeChaincode(source: string, label = 'test_1.0'): Buffer {
  const manifest = { name: 'test', version: '1.0.0', main: 'index.js', dependencies: { 'fabric-contract-api': '^2.5.0', 'fabric-shim': '^2.5.0' } };
  return makePackage(
    [
      { path: 'src/package.json', bytes: JSON.stringify(manifest) },
      { path: 'src/index.js', bytes: source },
    ],
    { type: 'node', label, path: '' },
  );
}
