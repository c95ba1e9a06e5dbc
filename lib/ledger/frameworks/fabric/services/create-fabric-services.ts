import { broadcast } from './broadcast';
import { chaincodeEvents } from './chaincode-events';
import { Seats } from '@/lib/platform/pure/seats';
import { commitStatus } from './commit-status';
import { deliver, type DeliverKind } from './deliver';
import type { HolderSeats, ServiceCall, ServiceMethod, ServicePorts } from './ports';
import { discover } from './discover';
import { endorse, evaluate, propose } from './propose';
import { submit } from './submit';

/** A question brings who asks, with a certificate, and some names. */
const QUESTION_BYTES_MAX = 64 * 1024;

/** Every method that a peer and an orderer of Fabric offer to clients, over bytes. */
export function createFabricServices(ports: ServicePorts): readonly ServiceMethod[] {
  const { limits } = ports;
  const seats: HolderSeats = new Seats(limits.streamsMax, { identity: limits.streamsPerIdentityMax, channel: limits.streamsPerChannelMax });
  const waits: HolderSeats = new Seats(limits.waitsMax, { identity: limits.waitsPerIdentityMax, channel: limits.waitsPerChannelMax });
  const unary = (path: string, run: (ports: ServicePorts, request: Uint8Array, call: ServiceCall) => Promise<Uint8Array>, requestBytesMax?: number): ServiceMethod => ({ kind: 'unary', path, requestBytesMax, answer: (request, call) => run(ports, request, call) });
  const blocks = (path: string, kind: DeliverKind): ServiceMethod => ({ kind: 'bidi', path, requestBytesMax: QUESTION_BYTES_MAX, answer: (requests, call) => deliver(ports, seats, kind, requests, call) });
  return [
    unary('/gateway.Gateway/Evaluate', evaluate),
    unary('/gateway.Gateway/Endorse', endorse),
    unary('/gateway.Gateway/Submit', submit),
    unary('/gateway.Gateway/CommitStatus', (_ports, request, call) => commitStatus(ports, waits, request, call), QUESTION_BYTES_MAX),
    {
      kind: 'server-stream',
      path: '/gateway.Gateway/ChaincodeEvents',
      requestBytesMax: QUESTION_BYTES_MAX,
      async *answer(requests, call) {
        for await (const request of requests) return yield* chaincodeEvents(ports, seats, request, call);
      },
    },
    blocks('/protos.Deliver/Deliver', 'block'),
    blocks('/protos.Deliver/DeliverFiltered', 'filtered'),
    blocks('/protos.Deliver/DeliverWithPrivateData', 'private'),
    unary('/protos.Endorser/ProcessProposal', propose),
    { kind: 'bidi', path: '/orderer.AtomicBroadcast/Broadcast', answer: (requests, call) => broadcast(ports, requests, call) },
    blocks('/orderer.AtomicBroadcast/Deliver', 'orderer'),
    unary('/discovery.Discovery/Discover', discover, QUESTION_BYTES_MAX),
  ];
}
