import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { common } from '@hyperledger/fabric-protos';

/** Numbers of variable length and byte strings, as Fabric's files of blocks have them (common/ledger/blkstorage). */
class FileReader {
  #at = 0;
  constructor(readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.bytes[this.#at] ?? 0;
      this.#at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  raw(): Buffer {
    const length = this.varint();
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }

  list(): Buffer[] {
    return Array.from({ length: this.varint() }, () => this.raw());
  }
}

export function readVector(name: string): Buffer {
  return gunzipSync(readFileSync(path.join(import.meta.dirname, name)));
}

/** Bytes of the blocks of a channel that Fabric 2.0 wrote, encoded by the published classes. */
export function readRealBlocks(): Buffer[] {
  const file = new FileReader(readVector('testchannel-2.0.blockfile.gz'));
  const blocks: Buffer[] = [];
  while (!file.isAtEnd) {
    const stored = new FileReader(file.raw());
    const header = new common.BlockHeader();
    header.setNumber(stored.varint());
    header.setDataHash(stored.raw());
    header.setPreviousHash(stored.raw());
    const data = new common.BlockData();
    data.setDataList(stored.list());
    const metadata = new common.BlockMetadata();
    metadata.setMetadataList(stored.list());
    const block = new common.Block();
    block.setHeader(header);
    block.setData(data);
    block.setMetadata(metadata);
    blocks.push(Buffer.from(block.serializeBinary()));
  }
  return blocks;
}
