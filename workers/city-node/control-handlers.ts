import { waitMsMax, type ControlHandlers, type ControlRpcResult, type PeerName } from '@/lib/control';
import type { AccessKeyTable, MeterBook } from '@/lib/gateway';
import { AppError } from '@/lib/platform/pure/errors';
import type { ChannelKeeper } from './channel-keeper';
import type { ConsumptionReader } from './consumption-reader';
import type { FabricPart } from './fabric/fabric-part';
import type { HostRegister } from './host-register';
import { KeyKeeper } from './key-keeper';
import { translated } from './ledger-errors';
import { ProtocolError, type PeerDoors } from './peer-doors';
import { idOf, type PeerService } from './peer-service';
import type { ReportReader } from './report-reader';

export interface ControlHandlersOptions {
  readonly peers: PeerService;
  readonly doors: PeerDoors;
  readonly register: HostRegister;
  readonly accessKeys: AccessKeyTable;
  readonly meters: MeterBook;
  readonly report: ReportReader;
  readonly consumption: ConsumptionReader;
  readonly channel: ChannelKeeper;
  readonly fabric: FabricPart;
  readonly now: () => number;
}

/** The host's side of every control call. */
export function createControlHandlers({ peers, doors, register, accessKeys, meters, report, consumption, channel, fabric, now }: ControlHandlersOptions): ControlHandlers {
  const keys = new KeyKeeper(register, accessKeys, now);
  return {
    createPeer: ({ params }) => peers.createPeer(params),
    listPeers: async () => ({ peers: await peers.list() }),
    changedPeers: ({ query }) => peers.changed(query.since),
    openChain: ({ params, body }) => peers.open(params, body),
    peerStatus: ({ params }) => peers.status(params),
    async removeChain({ params }) {
      await peers.remove(params);
      return {};
    },
    startChain: ({ params }) => peers.start(params),
    stopChain: ({ params, body }) => peers.stop(params, body.reason),
    approveChange: ({ params, body }) => peers.approveChange(params, body),
    movePeer: ({ params, body }) => peers.move(params, body.to),
    blockCertificate: ({ params: { height, ...peer } }) => peers.certificate(peer, height),
    async setLimits({ params, body }) {
      await peers.setLimits(params, body);
      return {};
    },
    deploy: ({ params, body }) => peers.deploy(params, body.data),
    rpc: ({ params, body }, { signal }) => read(doors, params, body, signal),
    async waitForHeight({ params, query }, { signal }) {
      const host = peers.host(params.cityNode);
      const timeUp = AbortSignal.timeout(waitMsMax);
      try {
        return { height: (await translated(() => host.waitForHeight(idOf(params), query.after, AbortSignal.any([signal, timeUp])))).height };
      } catch (error) {
        if (!timeUp.aborted) throw error;
        return { height: (await translated(() => host.head(idOf(params)))).height };
      }
    },
    putAccessKey: ({ params, body }) => keys.put(params.id, body),
    listAccessKeys: async () => ({ accessKeys: accessKeys.list() }),
    meters: ({ query }) => meters.page(query.after, query.limit),
    async acknowledgeMeters({ body }) {
      await meters.acknowledge(body.upTo, (chain) => register.hasChain(chain));
      return {};
    },
    channelRequest: ({ body }) => channel.request(body),
    putChannelCertificate: ({ body }) => channel.put(body),
    fabricRequest: ({ params, body }) => fabric.request(params, body),
    putFabricCertificate: ({ params, body }) => fabric.putCertificate(params, body),
    async removeFabricIdentity({ params }) {
      await fabric.removeIdentity(params);
      return {};
    },
    listFabricIdentities: async () => ({ identities: fabric.listIdentities() }),
    report: () => report.read(),
    consumption: ({ query }) => consumption.read(query),
  };
}

async function read(doors: PeerDoors, peer: PeerName, request: { method: string; params: unknown[] }, signal: AbortSignal): Promise<ControlRpcResult> {
  const door = doors.get(peer);
  if (door.isWrite(request.method)) throw new AppError('UNSUPPORTED', { what: request.method }, { publicMessage: 'Transactions are handed in at the gateway, with an access key.' });
  try {
    return { result: (await door.call(request.method, request.params, signal)) ?? null };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { error: { code: error.code, message: error.message, ...(error.data === undefined ? {} : { data: error.data }) } };
  }
}
