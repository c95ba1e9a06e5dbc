import { ChannelCredentials, Client, Metadata, status, type CallOptions, type ClientUnaryCall, type ServiceError } from '@grpc/grpc-js';
import type { DetailedPeerCertificate } from 'node:tls';
import { ChannelError, type ChannelErrorReason } from './channel-error';
import { chainOfPeerCertificate, checkPeerCertificate, type PeerProof } from './check-peer-certificate';
import type { Credentials } from './credentials';
import { Exchange, type ExchangeSide, type FrameStream } from './exchange';
import type { ChannelLimits } from './limits';
import type { RefusalReason } from './refusals';
import { answerBytesMax, requestBytesMax, wire, type Arrived, type Frame, type Method } from './wire';

export interface LinkOptions {
  readonly hostId: string;
  /** `host:port`. */
  readonly address: string;
  readonly credentials: Credentials;
  readonly limits: ChannelLimits;
  readonly now: () => number;
  readonly side: Omit<ExchangeSide, 'finished' | 'violated'>;
  /** The other side has proved who it is, and takes frames. */
  readonly onOpen: (link: Link) => void;
  /** Called once, when it is of no more use; with the reason when somebody was to blame. */
  readonly onClosed: (link: Link, end: LinkEnd) => void;
}

export interface LinkEnd {
  readonly refusal?: RefusalReason | undefined;
  /** For the log. */
  readonly detail: string;
}

/** Receives up to so many bytes before it has to say that it has read them: a page of blocks does not wait for each round trip. */
const windowBytes = 4 * 1024 * 1024;

/** A connection that this process opened to another host: one stream of frames, and calls beside it. */
export class Link {
  readonly exchange: Exchange;
  private readonly client: Client;
  private readonly stream: ReturnType<Link['openStream']>;
  private readonly calls = new Set<ClientUnaryCall>();
  /** Why the other side's certificate was not accepted: gRPC itself says no more than that there is no connection. */
  private refused: RefusalReason | undefined;
  private peer: PeerProof | undefined;
  private state: 'dialling' | 'open' | 'left' | 'closed' = 'dialling';
  private lastCallMs = 0;

  constructor(private readonly options: LinkOptions) {
    // The scheme, or a host of the name `unix` would be a file of this machine.
    this.client = new Client(`dns:${options.address}`, this.createCredentials(), clientOptions(options.limits));
    this.stream = this.openStream();
    const side: ExchangeSide = {
      ...options.side,
      finished: () => this.closeWhenDone(),
      violated: (refusal) => this.close({ refusal, detail: 'the other side does not keep to the protocol' }),
    };
    this.exchange = new Exchange(this.stream as FrameStream, side, options.limits, true, options.now);
    this.stream.on('metadata', () => this.opened());
    this.stream.on('error', (error: ServiceError) => this.failed(error));
  }

  get proof(): PeerProof | undefined {
    return this.peer;
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** Of the certificate that it was opened with. */
  get serial(): string {
    return this.options.credentials.serial;
  }

  /** Nothing is on its way, and nothing was since that moment. */
  isIdleSince(timeMs: number): boolean {
    return this.calls.size === 0 && Math.max(this.lastCallMs, this.exchange.lastUsedMs) <= timeMs;
  }

  /** Calls the other host. Rejects with ChannelError, or with the signal's reason. */
  call<I, O>(method: Method<I, O>, request: I, { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal }): Promise<O> {
    this.lastCallMs = this.options.now();
    return new Promise<O>((resolve, reject) => {
      if (this.state === 'closed') throw new ChannelError('unreachable', 'The connection is closed.');
      const options: CallOptions = { deadline: Date.now() + timeoutMs };
      const answered = (error: ServiceError | null, answer?: Arrived<O>) => {
        this.calls.delete(call);
        signal.removeEventListener('abort', cancel);
        this.lastCallMs = this.options.now();
        if (this.state === 'left') this.closeWhenDone();
        if (signal.aborted) reject(signal.reason);
        else if (error) reject(toChannelError(error));
        else if (answer?.ok) resolve(answer.value);
        else reject(new ChannelError('malformed', 'The other host answered something that cannot be read.'));
      };
      const call = this.client.makeUnaryRequest(method.path, method.encodeRequest, method.decodeAnswer, request, new Metadata(), options, answered);
      const cancel = () => call.cancel();
      this.calls.add(call);
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  /** Ends in good order: nothing new is begun on it. */
  leave(): void {
    if (this.state === 'dialling') return this.close({ detail: 'not needed any more' });
    if (this.state !== 'open') return;
    this.state = 'left';
    this.exchange.leave();
  }

  close(end: LinkEnd): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    const refusal = end.refusal ?? this.refused ?? this.exchange.cut();
    this.exchange.cut();
    this.stream.cancel();
    for (const call of this.calls) call.cancel();
    this.client.close();
    this.options.onClosed(this, { ...end, refusal });
  }

  private openStream() {
    const { path, encodeRequest, decodeAnswer } = wire.exchange;
    return this.client.makeBidiStreamRequest<Frame, Arrived<Frame>>(path, encodeRequest, decodeAnswer, new Metadata());
  }

  private createCredentials(): ChannelCredentials {
    const { credentials, hostId, now } = this.options;
    return ChannelCredentials.createFromSecureContext(credentials.context, {
      // In the place of the check of a DNS name: an address says nothing, the certificate names the host.
      checkServerIdentity: (_, certificate) => {
        const check = checkPeerCertificate(chainOfPeerCertificate(certificate as DetailedPeerCertificate), credentials, now());
        const refusal = 'refusal' in check ? check.refusal : check.proof.hostId === hostId ? undefined : 'wrong-host';
        if ('proof' in check) this.peer = check.proof;
        this.refused = refusal;
        return refusal && new Error(`the certificate is not accepted: ${refusal}`);
      },
    });
  }

  private opened(): void {
    if (this.state !== 'dialling') return;
    this.state = 'open';
    this.options.onOpen(this);
  }

  private failed(error: ServiceError): void {
    this.refused ??= this.state === 'dialling' ? refusalInText(error.details) : undefined;
    this.close({ detail: error.details });
  }

  private closeWhenDone(): void {
    this.state = this.state === 'closed' ? 'closed' : 'left';
    if (this.calls.size === 0 && !this.exchange.isOpen) this.close({ detail: 'left in good order' });
  }
}

function clientOptions({ keepaliveMs, keepaliveTimeoutMs }: ChannelLimits) {
  return {
    // Messages are repeated by who sends them, calls by their callers; a copy for gRPC's own retries would also hide
    // that the other side does not read.
    'grpc.enable_retries': 0,
    'grpc.retry_buffer_size': 0,
    'grpc.per_rpc_retry_buffer_size': 0,
    // One connection for each link: who leaves one takes nobody else's.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_channelz': 0,
    // A name for the handshake: an address must not stand there (RFC 6066 section 3), and it is not what is checked.
    'grpc.ssl_target_name_override': 'peer.chainworks.invalid',
    'grpc.max_receive_message_length': answerBytesMax,
    'grpc.max_send_message_length': requestBytesMax,
    // Pings while a stream or call is open, never on an idle connection.
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
    'grpc.keepalive_permit_without_calls': 0,
    'grpc-node.flow_control_window': windowBytes,
  };
}

/** OpenSSL's words for a chain that it does not accept; there is no code in what gRPC passes on. */
function refusalInText(details: string): RefusalReason | undefined {
  if (/certificate has expired/i.test(details)) return 'expired';
  if (/not yet valid/i.test(details)) return 'not-yet-valid';
  if (/issuer certificate|self-signed certificate|unable to verify the first certificate/i.test(details)) return 'foreign-root';
  return undefined;
}

const reasonOf: Partial<Record<status, ChannelErrorReason>> = {
  [status.UNAVAILABLE]: 'unreachable',
  [status.CANCELLED]: 'unreachable',
  [status.DEADLINE_EXCEEDED]: 'timeout',
  [status.RESOURCE_EXHAUSTED]: 'busy',
  [status.PERMISSION_DENIED]: 'refused',
  [status.NOT_FOUND]: 'refused',
  [status.FAILED_PRECONDITION]: 'refused',
  [status.INVALID_ARGUMENT]: 'refused',
  [status.UNIMPLEMENTED]: 'refused',
};

function toChannelError(error: ServiceError): ChannelError {
  // The library's own words for an answer that it does not take in.
  const isTooLarge = error.code === status.RESOURCE_EXHAUSTED && /larger than/.test(error.details);
  return new ChannelError(isTooLarge ? 'malformed' : (reasonOf[error.code] ?? 'unreachable'), error.details, { cause: error });
}
