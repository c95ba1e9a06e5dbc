/**
 * Order of the UTF-8 bytes of two texts, which is that of code points. JavaScript's own order is that of UTF-16 units and
 * differs: there the two halves of U+10FFFF, the end of a range of composite keys, come before U+FFFD.
 */
export function byUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return ordinal(left) - ordinal(right);
  }
  return a.length - b.length;
}

/** Halves of characters above all whole ones. */
function ordinal(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
