import { buildHeader, encodeBlock } from '../block/build-block';
import { encodeFilterSlot, encodeLastConfigSlot, encodeOrdererValue, metadataSlots, unsignedBlockSlot } from '../block/metadata';
import { channelHeader, configEnvelope, envelope, HEADER_TYPES, payload, signatureHeader } from '../messages';
import { VALIDATION_CODES } from '../transaction/validation-codes';
import { computeTxId } from '../tx-id';
import { buildChannelGroup, type ChannelOptions } from './build-channel-group';
import { checkChannelId } from './check-channel-id';

export interface GenesisOptions extends ChannelOptions {
  readonly channelId: string;
  /** When the channel began, in seconds since 1970. */
  readonly timestampSeconds: bigint;
  /** 24 bytes: they make two channels of equal options two. */
  readonly nonce: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);

/**
 * Bytes of block 0 (common/genesis/genesis.go): the configuration in an envelope that nobody signed. The same options
 * give the same bytes on every peer. Throws ConfigInvalid for a channel id that Fabric does not take.
 */
export function buildGenesisBlock(options: GenesisOptions): Uint8Array {
  checkChannelId(options.channelId);
  const header = {
    channelHeader: channelHeader.encode({
      type: HEADER_TYPES.CONFIG,
      version: 1,
      timestamp: { seconds: options.timestampSeconds, nanos: 0 },
      channelId: options.channelId,
      txId: computeTxId(options.nonce, NO_BYTES),
    }),
    signatureHeader: signatureHeader.encode({ nonce: options.nonce }),
  };
  const data = configEnvelope.encode({ config: { sequence: 0n, channelGroup: buildChannelGroup(options) } });
  const envelopes = [envelope.encode({ payload: payload.encode({ header, data }) })];
  const metadata = metadataSlots({
    SIGNATURES: unsignedBlockSlot(encodeOrdererValue(0n)),
    LAST_CONFIG: encodeLastConfigSlot(0n),
    TRANSACTIONS_FILTER: encodeFilterSlot([VALIDATION_CODES.VALID]),
  });
  return encodeBlock(buildHeader(0n, NO_BYTES, envelopes), envelopes, metadata);
}
