import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { assert } from '@/lib/platform/pure/assert';
import { corrupt } from './corrupt';
import type { FilePort } from './file-port';

/** Small secrets by name in a directory: one file each, for its owner alone, encrypted. */
export interface SecretFiles {
  names(): readonly string[];
  /** Error `storage-corrupt` when the file is not as it was written, or was written under another key. */
  read(name: string): Uint8Array | undefined;
  /** Durable when it resolves; replaces. */
  write(name: string, secret: Uint8Array): Promise<void>;
  /** Durable when it resolves. Idempotent. */
  remove(name: string): Promise<void>;
}

const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const SUFFIX = '.key';
const PARTIAL = '.partial';
const NAME = /^[a-z0-9][a-z0-9-]{0,127}$/;
const FILE_BYTES_MAX = 64 * 1024;

/**
 * AES-256-GCM, `[format u8 | iv 12 | tag 16 | ciphertext]`; the name is authenticated, so that files cannot be
 * exchanged for each other. A file appears whole or not at all: written aside, synced, renamed, directory synced.
 */
export function openSecretFiles(files: FilePort, directory: string, keyEncryptionKey: Uint8Array): SecretFiles {
  assert(keyEncryptionKey.length === 32, 'the key-encryption key has 32 bytes');
  files.makeDirectory(directory);
  const pathOf = (name: string): string => {
    assert(NAME.test(name), 'a secret’s name is of a-z, 0-9 and hyphen');
    return `${directory}/${name}${SUFFIX}`;
  };
  // What a crash left half-made; its name was never given out.
  for (const name of files.list(directory)) if (name.endsWith(PARTIAL)) files.unlink(`${directory}/${name}`);

  return {
    names: () =>
      files
        .list(directory)
        .filter((name) => name.endsWith(SUFFIX))
        .map((name) => name.slice(0, -SUFFIX.length))
        .sort(),
    read: (name) => {
      const path = pathOf(name);
      if (!files.exists(path)) return undefined;
      const file = files.open(path);
      const bytes = Buffer.from(file.read(0, FILE_BYTES_MAX));
      file.close();
      return decrypt(path, name, bytes);
    },
    write: async (name, secret) => {
      const path = pathOf(name);
      files.unlink(path + PARTIAL);
      const file = files.create(path + PARTIAL);
      try {
        file.append(encrypt(name, secret));
        await file.sync();
      } finally {
        file.close();
      }
      files.rename(path + PARTIAL, path);
      await files.syncDirectory(directory);
    },
    remove: async (name) => {
      if (!files.exists(pathOf(name))) return;
      files.unlink(pathOf(name));
      await files.syncDirectory(directory);
    },
  };

  function encrypt(name: string, secret: Uint8Array): Uint8Array {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', keyEncryptionKey, iv).setAAD(Buffer.from(name, 'utf8'));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([Uint8Array.of(FORMAT), iv, cipher.getAuthTag(), text]);
  }

  function decrypt(path: string, name: string, bytes: Buffer): Uint8Array {
    const head = 1 + IV_BYTES + TAG_BYTES;
    if (bytes.length < head || bytes[0] !== FORMAT) throw corrupt(path, 0);
    try {
      const decipher = createDecipheriv('aes-256-gcm', keyEncryptionKey, bytes.subarray(1, 1 + IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(name, 'utf8')).setAuthTag(bytes.subarray(1 + IV_BYTES, head));
      return Buffer.concat([decipher.update(bytes.subarray(head)), decipher.final()]);
    } catch {
      // OpenSSL says no more than that it does not fit.
      throw corrupt(path, 0, 'The key does not open with this key-encryption key');
    }
  }
}
