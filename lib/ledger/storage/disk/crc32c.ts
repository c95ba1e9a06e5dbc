/** CRC-32C (Castagnoli), reflected polynomial 0x82f63b78, eight tables: eight bytes a step. RFC 3720, appendix B.4. */
const POLYNOMIAL = 0x82f63b78;
const tables = makeTables();

/** Checksum of the bytes from `start` to before `end`; `previous` continues one, so that crc(a ‖ b) = crc(b, crc(a)). */
export function crc32c(bytes: Uint8Array, previous = 0, start = 0, end = bytes.length): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let crc = ~previous;
  let at = start;
  for (; at < end - 7; at += 8) {
    crc ^= byte(bytes, at) | (byte(bytes, at + 1) << 8) | (byte(bytes, at + 2) << 16) | (byte(bytes, at + 3) << 24);
    crc =
      look(t7, crc & 255) ^
      look(t6, (crc >>> 8) & 255) ^
      look(t5, (crc >>> 16) & 255) ^
      look(t4, crc >>> 24) ^
      look(t3, byte(bytes, at + 4)) ^
      look(t2, byte(bytes, at + 5)) ^
      look(t1, byte(bytes, at + 6)) ^
      look(t0, byte(bytes, at + 7));
  }
  for (; at < end; at += 1) crc = look(t0, (crc ^ byte(bytes, at)) & 255) ^ (crc >>> 8);
  return ~crc >>> 0;
}

type Table = Int32Array;

function makeTables(): [Table, Table, Table, Table, Table, Table, Table, Table] {
  const first = new Int32Array(256);
  for (let value = 0; value < 256; value += 1) {
    let crc = value;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    first[value] = crc;
  }
  const next = (table: Table): Table => table.map((crc) => look(first, crc & 255) ^ (crc >>> 8));
  const t1 = next(first);
  const t2 = next(t1);
  const t3 = next(t2);
  const t4 = next(t3);
  const t5 = next(t4);
  const t6 = next(t5);
  return [first, t1, t2, t3, t4, t5, t6, next(t6)];
}

// The indices are in range by construction; `?? 0` tells the compiler so and costs nothing measurable.
function look(table: Table, index: number): number {
  return table[index] ?? 0;
}

function byte(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
