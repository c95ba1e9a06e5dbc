import { sha256, sha256Hex } from '../../core/crypto';
import type { ExecutedBlock, GenesisInput } from '../../core/framework';
import { EMPTY_STATE } from '../../core/storage';
import { ZERO_HASH, type ChainId } from '../../core/types';
import { genesisKey } from './chain-keys';
import { channelOptionsOf, type FabricConfig } from './config';
import { toExecuted } from './execute-block';
import type { FrameworkHeader } from './framework-header';
import { buildGenesisBlock, hashHeader, readTxId, unpackBlock, VALIDATION_CODES } from './protocol';
import { validateBlock } from './state';

const NONCE_BYTES = 24;
const NO_BYTES = new Uint8Array(0);

/**
 * Block 0: Fabric's own with the configuration, the same bytes on every peer of the sub-chain. It lies in the state, for
 * the engine's block 0 holds its genesis document instead of transactions.
 */
export function initGenesis(chain: ChainId, config: FabricConfig, { time }: GenesisInput): ExecutedBlock {
  const bytes = buildGenesisBlock({
    ...channelOptionsOf(config),
    channelId: config.channelId,
    timestampSeconds: BigInt(Math.floor(time / 1_000)),
    // Two sub-chains of equal settings are two channels, and every peer comes to the same bytes.
    nonce: sha256(Buffer.from(`${chain} ${time}`, 'utf8')).subarray(0, NONCE_BYTES),
  });
  const { header, envelopes } = unpackBlock(bytes);
  const headerHash = hashHeader(header);
  const transactions = envelopes.map((envelope) => ({ txId: readTxId(envelope) ?? '', code: VALIDATION_CODES.VALID, rwset: undefined, isEndorsed: false }));
  const { codes, writes } = validateBlock({ number: 0, headerHash, transactions, collectionsOf: () => undefined }, EMPTY_STATE);
  const frameworkHeader: FrameworkHeader = { ...header, lastConfig: 0n, codes, commitHash: NO_BYTES };
  const place = { number: 0, headerHash, commitHash: NO_BYTES };
  const included = transactions.map((transaction, index) => ({ transaction, bytes: envelopes[index] ?? NO_BYTES, id: sha256Hex(envelopes[index] ?? NO_BYTES) }));
  const sorted = [{ key: genesisKey, value: bytes }, ...writes].sort((a, b) => Buffer.compare(a.key, b.key));
  return { ...toExecuted(frameworkHeader, included, place, { codes, writes: sorted }, ZERO_HASH), transactions: [], dropped: [] };
}
