import peer from '@hyperledger/fabric-protos/lib/peer/chaincode_shim_pb';
import chaincode from '@hyperledger/fabric-protos/lib/peer/chaincode_pb';
import type { MachinePorts } from '../../../core/ports';
import { ChaincodeStream } from '../chaincode-stream';
import type { ChaincodeLimits } from '../limits';

export type ShimMessage = InstanceType<typeof peer.ChaincodeMessage>;
export type ShimType = keyof typeof peer.ChaincodeMessage.Type;

export const PACKAGE_ID = 'basic_1.0:0123abcd';

/** The other end of a stream, spoken by hand with Fabric's own classes: what it says is what a shim could say. */
export class ScriptedChaincode {
  readonly stream: ChaincodeStream;
  /** Everything the peer sent, oldest first. */
  readonly heard: ShimMessage[] = [];
  endedBy: Error | undefined;
  private waiting: (() => void)[] = [];

  constructor(schedule: MachinePorts['schedule'], limits?: Partial<ChaincodeLimits>) {
    this.stream = new ChaincodeStream({
      packageId: PACKAGE_ID,
      schedule,
      limits,
      send: (bytes) => {
        this.heard.push(peer.ChaincodeMessage.deserializeBinary(bytes));
        for (const wake of this.waiting.splice(0)) wake();
      },
      ended: (reason) => {
        this.endedBy = reason;
        for (const wake of this.waiting.splice(0)) wake();
      },
    });
  }

  register(name = PACKAGE_ID): void {
    const id = new chaincode.ChaincodeID();
    id.setName(name);
    this.say('REGISTER', '', '', id.serializeBinary());
  }

  say(type: ShimType, channel: string, txId: string, payload: Uint8Array = new Uint8Array()): void {
    const message = new peer.ChaincodeMessage();
    message.setType(peer.ChaincodeMessage.Type[type]);
    message.setChannelId(channel);
    message.setTxid(txId);
    message.setPayload(payload);
    this.stream.receive(message.serializeBinary());
  }

  /** The next message of the peer for a transaction, after `from` messages of any kind. */
  async next(channel: string, txId: string, from: number): Promise<ShimMessage> {
    for (;;) {
      const found = this.heard.slice(from).find((one) => one.getChannelId() === channel && one.getTxid() === txId);
      if (found) return found;
      if (this.endedBy) throw this.endedBy;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Asks and waits for the answer: the payload of a RESPONSE; throws the text of an ERROR. */
  async ask(type: ShimType, channel: string, txId: string, request: { serializeBinary(): Uint8Array }): Promise<Uint8Array> {
    const from = this.heard.length;
    this.say(type, channel, txId, request.serializeBinary());
    const answer = await this.next(channel, txId, from);
    const payload = answer.getPayload_asU8();
    if (answer.getType() === peer.ChaincodeMessage.Type.ERROR) throw new Error(Buffer.from(payload).toString());
    return payload;
  }
}
