import { checkChannelAccess } from '../endorser';
import type { Identity } from '../msp/msp';
import { validIdentities } from '../policy/valid-identities';
import { blockParts, DELIVER_STATUSES, DeliverRefused, deliverBlock, deliverFilteredBlock, deliverStatus, filterBlock, resolveSeek, seekInfo, unpackBlock, BlockInvalid, unpackDeliver, type DeliverRequest } from '../protocol';
import { FabricReadError } from '../read/read-error';
import { WireError } from '@/lib/platform/pure/wire';
import { answeringMspId, findSigner } from './admit';
import { followBlocks } from './follow-blocks';
import type { HolderSeats, ServedChannel, ServedConfiguration, ServiceCall, ServicePorts } from './ports';
import { deliverWithPrivateData, type PrivateReader } from './private-blocks';
import { ReaderAccess } from './reader-access';

export type DeliverKind = 'block' | 'filtered' | 'private' | 'orderer';

const HEADER_WITH_SIG = 1;

/** Blocks for one request after another, each ended by its status; the first that is not SUCCESS ends all (common/deliver/deliver.go). */
export async function* deliver(ports: ServicePorts, seats: HolderSeats, kind: DeliverKind, requests: AsyncIterable<Uint8Array>, call: ServiceCall): AsyncGenerator<Uint8Array, void> {
  for await (const request of requests) {
    const status = yield* deliverOne(ports, seats, kind, request, call);
    yield deliverStatus(status);
    if (status !== DELIVER_STATUSES.SUCCESS) return;
  }
}

async function* deliverOne(ports: ServicePorts, seats: HolderSeats, kind: DeliverKind, bytes: Uint8Array, { signal, entrance }: ServiceCall): AsyncGenerator<Uint8Array, number> {
  let leave: (() => void) | undefined;
  try {
    const request = unpackDeliver(bytes, ports.nowMs());
    const channel = ports.findChannel(request.channelId);
    if (channel === undefined) return DELIVER_STATUSES.NOT_FOUND;
    const contentType = contentTypeOf(request.seek);
    const signed = { data: request.payload, identity: request.creator, signature: request.signature };
    const identity = findSigner(channel, signed);
    if (identity === undefined) return DELIVER_STATUSES.FORBIDDEN;
    const access = new ReaderAccess({ ports, channel, identity, check: (configuration) => deniedOf(kind, channel.channelId, configuration, validIdentities([signed], configuration.rules.msps)) });
    if (access.denied() !== undefined) return DELIVER_STATUSES.FORBIDDEN;
    if (channel.quota.takeRequest(ports.nowMs()) !== undefined) return DELIVER_STATUSES.SERVICE_UNAVAILABLE;
    leave = seats.take({ identity: identity.id, channel: channel.channelId });
    if (leave === undefined) return DELIVER_STATUSES.SERVICE_UNAVAILABLE;
    const answeredBy = answeringMspId(ports, identity.msp.id, entrance, channel.homeMspId);
    return yield* deliverRange({ ports, channel, kind, request, reader: { identity, answeredBy }, access, isHeaderOnly: contentType === HEADER_WITH_SIG, signal });
  } catch (error) {
    if (error instanceof DeliverRefused) return error.status;
    // Not here yet, for this peer joined later.
    if (error instanceof FabricReadError) return DELIVER_STATUSES.SERVICE_UNAVAILABLE;
    throw error;
  } finally {
    leave?.();
  }
}

interface Delivery {
  readonly ports: ServicePorts;
  readonly channel: ServedChannel;
  readonly kind: DeliverKind;
  readonly request: DeliverRequest;
  readonly reader: PrivateReader;
  readonly access: ReaderAccess;
  readonly isHeaderOnly: boolean;
  readonly signal: AbortSignal;
}

async function* deliverRange(delivery: Delivery): AsyncGenerator<Uint8Array, number> {
  const { ports, channel, request, access, signal } = delivery;
  const { first, last, failIfNotReady } = resolveSeek(request.seek, BigInt(channel.height()));
  const isMissing = (number: bigint): boolean => failIfNotReady && number >= BigInt(channel.height());
  if (isMissing(first)) return DELIVER_STATUSES.NOT_FOUND;
  for await (const { number, bytes } of followBlocks(ports, channel, Number(first), signal)) {
    if (access.denied() !== undefined) return DELIVER_STATUSES.FORBIDDEN;
    yield await answerOf(delivery, number, bytes);
    if (BigInt(number) === last) return DELIVER_STATUSES.SUCCESS;
    if (isMissing(BigInt(number + 1))) return DELIVER_STATUSES.NOT_FOUND;
  }
  return DELIVER_STATUSES.SUCCESS;
}

async function answerOf({ channel, kind, reader, isHeaderOnly, signal }: Delivery, number: number, bytes: Uint8Array): Promise<Uint8Array> {
  // Block 0 is the channel's configuration, which is never left out.
  const { header, metadata } = isHeaderOnly && number > 0 ? blockParts.decode(bytes) : { header: undefined, metadata: undefined };
  const shown = header === undefined ? bytes : blockParts.encode({ header, metadata });
  switch (kind) {
    case 'block':
    case 'orderer':
      return deliverBlock(shown);
    case 'private':
      return deliverWithPrivateData(channel, reader, { number, bytes: shown }, signal);
    case 'filtered':
      try {
        return deliverFilteredBlock(filterBlock(unpackBlock(bytes)));
      } catch (error) {
        if (error instanceof BlockInvalid) return deliverStatus(DELIVER_STATUSES.BAD_REQUEST);
        throw error;
      }
  }
}

/** Undefined: it may read (common/deliver/acl.go). */
function deniedOf(kind: DeliverKind, channelId: string, configuration: ServedConfiguration, signers: readonly Identity[]): string | undefined {
  if (kind === 'orderer') return configuration.rules.policies.getPolicy('/Channel/Readers').evaluate(signers);
  return checkChannelAccess(kind === 'filtered' ? 'event/FilteredBlock' : 'event/Block', { channelId, view: configuration }, () => signers);
}

/** Throws DeliverRefused 400: before anything is said of access. */
function contentTypeOf(seek: Uint8Array): number {
  try {
    return seekInfo.decode(seek).contentType;
  } catch (error) {
    if (error instanceof WireError) throw new DeliverRefused(DELIVER_STATUSES.BAD_REQUEST, error.message);
    throw error;
  }
}
