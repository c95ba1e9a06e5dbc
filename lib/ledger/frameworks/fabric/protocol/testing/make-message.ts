interface Serialisable {
  serializeBinary(): Uint8Array;
}

/**
 * A message of the published classes with these fields, named as their setters are: `{ ChannelId: 'c' }`. Lists and
 * maps are named by their getters' ends: `{ ActionsList: [] }`, `{ TransientmapMap: { key: bytes } }`.
 */
export function makeMessage<T extends Serialisable>(Class: new () => T, fields: Readonly<Record<string, unknown>>): T {
  const made = new Class();
  const methods = made as unknown as Record<string, ((value: unknown) => unknown) | undefined>;
  for (const [name, value] of Object.entries(fields)) {
    if (name.endsWith('Map')) {
      const entries = methods[`get${name}`]?.call(made, undefined) as Map<unknown, unknown>;
      const list = value instanceof Map ? [...value] : Object.entries(value as object);
      for (const [key, one] of list) entries.set(key, one);
      continue;
    }
    const setter = methods[`set${name}`];
    if (setter === undefined) throw new TypeError(`${Class.name} has no set${name}`);
    setter.call(made, value);
  }
  return made;
}

/** Its bytes, as a Buffer of their own. */
export function serialise(Class: new () => Serialisable, fields: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(makeMessage(Class, fields).serializeBinary());
}
