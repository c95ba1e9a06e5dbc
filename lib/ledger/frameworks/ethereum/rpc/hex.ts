import { bytesToHex } from '@/lib/platform/pure/bytes';

/** JSON-RPC's two ways to write in hexadecimal: quantities without leading zeros, data with all bytes. */
export function quantity(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

export function data(bytes: Uint8Array): string {
  return `0x${bytesToHex(bytes)}`;
}

/** Exactly 32 bytes, zeros on the left. */
export function word(bytes: Uint8Array): string {
  return `0x${bytesToHex(bytes).padStart(64, '0')}`;
}
