import { ChaincodeError } from './errors';
import type { ChaincodeLimits } from './limits';
import type { ChaincodeReply } from './messages';
import { OpenQueries } from './open-queries';
import type { ChaincodeWorld } from './world';

/** One call of a chaincode. */
export interface ChaincodeCall {
  /** `init` is the first call of a chaincode that asks for one: private data is closed to it. */
  readonly kind: 'init' | 'transaction';
  readonly channel: string;
  readonly txId: string;
  /** A serialised `ChaincodeInput`. */
  readonly input: Uint8Array;
  /** The serialised `SignedProposal` that the call comes from. */
  readonly proposal?: Uint8Array;
  readonly world: ChaincodeWorld;
  readonly timeoutMs: number;
}

/** A call between its start and its first end: answer, timeout, broken stream or broken world. */
export class RunningTransaction {
  readonly queries: OpenQueries;
  readonly isInit: boolean;
  readonly world: ChaincodeWorld;
  readonly answer: Promise<ChaincodeReply>;
  /** Fabric takes one request of a transaction at a time. */
  hasRequest = false;
  hasEnded = false;
  private requests = 0;
  private resolve!: (reply: ChaincodeReply) => void;
  private reject!: (error: Error) => void;

  constructor(
    call: ChaincodeCall,
    private readonly limits: ChaincodeLimits,
    /** Called once, before anybody hears of the end. */
    private readonly forget: () => void,
  ) {
    this.world = call.world;
    this.isInit = call.kind === 'init';
    this.queries = new OpenQueries(limits);
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Counts a request; false when the transaction ended by it. */
  takeRequest(): boolean {
    if (++this.requests <= this.limits.operationsMax) return true;
    this.fail(new ChaincodeError('limit', `the transaction made more than ${this.limits.operationsMax} requests to the state`));
    return false;
  }

  finish(reply: ChaincodeReply): void {
    if (this.end()) this.resolve(reply);
  }

  fail(error: Error): void {
    if (this.end()) this.reject(error);
  }

  private end(): boolean {
    if (this.hasEnded) return false;
    this.hasEnded = true;
    this.forget();
    this.queries.closeAll();
    return true;
  }
}
