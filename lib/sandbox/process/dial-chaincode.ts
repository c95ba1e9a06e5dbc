import * as grpc from '@grpc/grpc-js';
import { chaincodeLimits, ChaincodeStream } from '@/lib/ledger';

export interface DialOptions {
  /** Of a unix socket. */
  readonly socketPath: string;
  readonly packageId: string;
  /** Bytes that may wait for a chaincode that does not read. */
  readonly queuedBytesMax: number;
  /** Called once, when the stream is over. */
  readonly ended: (reason: Error) => void;
}

/**
 * Calls `protos.Chaincode/Connect` and feeds a stream with what comes, until one of both ends. Messages stay bytes: reading them is
 * the stream's part.
 */
export function dialChaincode({ socketPath, packageId, queuedBytesMax, ended }: DialOptions): ChaincodeStream {
  const client = new grpc.Client(`unix:${socketPath}`, grpc.credentials.createInsecure(), {
    'grpc.max_receive_message_length': chaincodeLimits.messageBytesMax,
    'grpc.max_send_message_length': chaincodeLimits.messageBytesMax,
    // A connection of its own, tried once: what comes after it is another process.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    'grpc.enable_http_proxy': 0,
    'grpc.default_authority': 'chaincode',
  });
  const same = (bytes: Buffer): Buffer => bytes;
  const call = client.makeBidiStreamRequest<Buffer, Buffer>('/protos.Chaincode/Connect', same, same);
  let queuedBytes = 0;
  let isPaused = false;
  const stream = new ChaincodeStream({
    packageId,
    schedule: (delayMs, task) => {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
    send: (message) => {
      queuedBytes += message.length;
      if (queuedBytes > queuedBytesMax) throw new Error(`the chaincode does not read: ${queuedBytes} bytes wait for it`);
      const goesOn = call.write(Buffer.from(message), () => {
        queuedBytes -= message.length;
      });
      // Who asks without reading the answers is not listened to meanwhile.
      if (goesOn || isPaused) return;
      isPaused = true;
      call.pause();
      call.once('drain', () => {
        isPaused = false;
        call.resume();
      });
    },
    ended: (reason) => {
      call.cancel();
      client.close();
      ended(reason);
    },
  });
  call.on('data', (bytes: Buffer) => stream.receive(bytes));
  call.on('error', (error) => stream.end(`the connection to the chaincode failed: ${error.message}`));
  call.on('end', () => stream.end('the chaincode closed the connection'));
  return stream;
}
