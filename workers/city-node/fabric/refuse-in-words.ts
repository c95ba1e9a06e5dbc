import type { LedgerErrorCode, ServiceMethod } from '@/lib/ledger';
import { isLedgerError } from '../ledger-errors';
import type { Fabric } from './late-framework';

type ServiceCall = Parameters<ServiceMethod['answer']>[1];

/** What clients are told when the peer of a channel cannot answer now; nothing of the machine. Any other code is our mistake. */
const told: Partial<Record<LedgerErrorCode, string>> = {
  'chain-stopped': 'the channel is stopped here: use another city node of it',
  'chain-unknown': 'the channel is being removed',
  'peer-missing': 'the channel is being set up: try again later',
  'peers-unreachable': 'too few peers of the channel can be reached: try again later',
  'peer-away': 'the peer of the channel is moving: try again in a second',
  'block-missing': 'the peer has not fetched that block yet: ask another city node, or again later',
  'view-too-old': 'too much changed while the proposal was simulated: try again',
  'storage-full': 'there is no room to write: try again later',
  'storage-failed': 'the peer cannot be used: try again later',
  'storage-corrupt': 'the peer cannot be used: use another city node of the channel',
  closing: 'the city node is closing: try again in a moment',
};

/** The methods with the machine's refusals in gRPC's codes. */
export function refuseInWords(methods: readonly ServiceMethod[], fabric: Fabric): readonly ServiceMethod[] {
  const translate = (error: unknown): unknown => {
    if (!isLedgerError(error)) return error;
    if (error.code === 'queue-full') return new fabric.ServiceRefused(fabric.SERVICE_CODES.RESOURCE_EXHAUSTED, 'too much is asked of this city node at the moment: try again in a second');
    const words = told[error.code];
    return words === undefined ? error : new fabric.ServiceRefused(fabric.SERVICE_CODES.UNAVAILABLE, words);
  };
  return methods.map((method): ServiceMethod => {
    if (method.kind === 'unary') return { ...method, answer: (request: Uint8Array, call: ServiceCall) => method.answer(request, call).catch((error: unknown) => Promise.reject(translate(error))) };
    return { ...method, answer: (requests: AsyncIterable<Uint8Array>, call: ServiceCall) => translated(method.answer(requests, call), translate) };
  });
}

async function* translated(answers: AsyncGenerator<Uint8Array, void>, translate: (error: unknown) => unknown): AsyncGenerator<Uint8Array, void> {
  try {
    yield* answers;
  } catch (error) {
    throw translate(error);
  }
}
