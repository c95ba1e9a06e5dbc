import { findMemberPolicy, isMember } from '../endorser';
import type { Identity } from '../msp/msp';
import { deliverBlockAndPrivateData } from '../protocol';
import { decodePrivateRwset, encodePrivateRwset } from '../state';
import type { ServedChannel, ServicePorts } from './ports';

/**
 * A block with the private data of the collections of which the reader is a member (core/peer/deliverevents.go,
 * getPrivateData). Who is a member, today's definitions say.
 */
export async function deliverWithPrivateData(ports: ServicePorts, channel: ServedChannel, reader: Identity, { number, bytes }: { readonly number: number; readonly bytes: Uint8Array }, signal: AbortSignal): Promise<Uint8Array> {
  const held = await channel.privateData(number, signal);
  if (held.size === 0) return deliverBlockAndPrivateData(bytes, new Map());
  const view = await ports.endorser.openView(channel.channelId);
  if (view === undefined) return deliverBlockAndPrivateData(bytes, new Map());
  try {
    const shown = new Map<bigint, Uint8Array>();
    for (const [transaction, rwset] of held) {
      const namespaces = decodePrivateRwset(rwset).namespaces.flatMap(({ namespace, collections }) => {
        const mine = collections.filter(({ collection }) => isMember(findMemberPolicy(view, namespace, collection), reader));
        return mine.length === 0 ? [] : [{ namespace, collections: mine }];
      });
      if (namespaces.length > 0) shown.set(BigInt(transaction), encodePrivateRwset({ namespaces }));
    }
    return deliverBlockAndPrivateData(bytes, shown);
  } finally {
    view.release();
  }
}
