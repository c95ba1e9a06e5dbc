import { status, type ServerInterceptor, type ServerInterceptingCall } from '@grpc/grpc-js';
import type { RefusalReason } from './refusals';

/**
 * Tells of calls that the gRPC library itself ends because of what was sent: too large, cut off, not to be unpacked. Its
 * statuses of that kind come from the innermost call object and pass no interceptor, so that object's own method is
 * what has to be watched.
 */
export function watchStatuses(note: (peer: string, reason: RefusalReason) => void): ServerInterceptor {
  return (_, call) => {
    const peer = call.getPeer();
    const send = call.sendStatus.bind(call);
    call.sendStatus = (sent) => {
      const reason = reasonOf(sent.code ?? status.OK, sent.details ?? '');
      if (reason) note(peer, reason);
      send(sent);
    };
    return call as ServerInterceptingCall;
  };
}

/** By the library's own words: statuses of handlers here have others. */
function reasonOf(code: status, details: string): RefusalReason | undefined {
  if (code === status.RESOURCE_EXHAUSTED && /larger than/.test(details)) return 'oversized';
  if (code === status.UNIMPLEMENTED && /no request message/.test(details)) return 'truncated';
  if (code === status.UNIMPLEMENTED && /second request message|unsupported encoding/.test(details)) return 'malformed';
  if (code === status.INTERNAL && /decompress|deserializing|grpc-timeout/.test(details)) return 'malformed';
  return undefined;
}
