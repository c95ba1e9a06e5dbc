import { ChaincodeRefusal, encodeInput, type ChaincodeReply } from '../../../vm/chaincode';
import { createCollectionsOf, invokeLifecycle, LIFECYCLE } from '../lifecycle';
import { chaincodeInput, response, signedProposal, type Response, type UnpackedProposal } from '../protocol';
import { WireError } from '@/lib/platform/pure/wire';
import { FabricStateError, membersOnly, Simulator, type JsonIndex } from '../state';
import { invokeSystemChaincode } from '../system';
import { checkAccess, type Caller } from './access-rules';
import { createChaincodeWorld } from './chaincode-world';
import { createMembership } from './collection-access';
import { ExecutionFailed, toExecutionFailed } from './execution-failed';
import { findChaincode, isSystemChaincode, SYSTEM_VERSION, type RunnableChaincode } from './find-chaincode';
import { lifecycleOf } from './lifecycle-of-view';
import type { SimulationView, EndorserPorts } from './ports';

/** Key under which a chaincode's version stands once it was initialised (core/chaincode/chaincode_support.go). */
const INITIALIZED = '\0\u{10ffff}initialized';
/** Chaincodes that call one another, one inside the other. */
const DEPTH_MAX = 16;
/** Other channels that one proposal reads. */
const CHANNELS_MAX = 16;

/** A channel in which chaincodes of the proposal run: the proposal's own, or one that is only read. */
export interface ExecutionChannel {
  readonly view: SimulationView;
  readonly simulator: Simulator;
}

interface Call {
  /** Undefined for a proposal without a channel, and for qscc and cscc, which simulate nothing. */
  readonly channel: ExecutionChannel | undefined;
  readonly name: string;
  readonly args: readonly Uint8Array[];
  readonly isInit: boolean;
  readonly depth: number;
}

export interface ExecutionInput {
  readonly ports: EndorserPorts;
  /** Whose peer executes. */
  readonly mspId: string;
  readonly proposal: UnpackedProposal;
  readonly caller: Caller;
}

/**
 * One proposal on the peer of one organisation: the chaincode that it names and those that this one calls
 * (core/chaincode/chaincode_support.go). Views of other channels are held until {@link close}.
 */
export class Execution {
  readonly #indexes = new Map<string, (collection: string | undefined) => readonly JsonIndex[]>();
  readonly #others: SimulationView[] = [];

  constructor(readonly input: ExecutionInput) {}

  /** A simulation of the proposal on a channel. */
  open(view: SimulationView): ExecutionChannel {
    const { ports, mspId, proposal } = this.input;
    const simulator = new Simulator({
      txId: proposal.txId,
      state: view.state,
      privateState: membersOnly(view.privateState, createMembership(view, ports.signerOf(mspId)?.serialized)),
      collectionsOf: createCollectionsOf((name) => lifecycleOf(view).find(name), view.organisations.map((one) => one.mspId)),
      indexesOf: (namespace, collection) => this.#indexes.get(`${view.channelId}\0${namespace}`)?.(collection) ?? [],
      transactionAt: view.transactionAt,
    });
    return { view, simulator };
  }

  /** What is needed to run a chaincode; system chaincodes need nothing. Throws {@link ExecutionFailed}. */
  async find({ view, simulator }: ExecutionChannel, name: string): Promise<RunnableChaincode> {
    const { ports, mspId } = this.input;
    const found = await findChaincode(ports, view, simulator, mspId, name);
    this.#indexes.set(`${view.channelId}\0${name}`, (collection) => ports.indexesOf(mspId, found.packageId, collection));
    return found;
  }

  /** The version that goes into the transaction. Throws {@link ExecutionFailed}. */
  async findVersion(channel: ExecutionChannel | undefined, name: string): Promise<string> {
    if (isSystemChaincode(name)) return SYSTEM_VERSION;
    if (channel === undefined) throw new ExecutionFailed("could not get channel config for channel ''");
    return (await this.find(channel, name)).definition.version;
  }

  /** Calls the chaincode of the proposal. Throws {@link ExecutionFailed}. */
  run(channel: ExecutionChannel | undefined): Promise<ChaincodeReply> {
    const { chaincode, args, isInit } = this.input.proposal;
    return this.#invoke({ channel, name: chaincode.name, args, isInit, depth: 1 });
  }

  close(): void {
    for (const view of this.#others.splice(0)) view.release();
  }

  async #invoke(call: Call): Promise<ChaincodeReply> {
    if (isSystemChaincode(call.name)) return this.#reply(call.channel, await this.#invokeSystem(call));
    const { ports, mspId, proposal, caller } = this.input;
    const { channel, name, args, isInit, depth } = call;
    if (channel === undefined) throw new ExecutionFailed(`invalid invocation: [channel ] failed to get chaincode container info for ${name}: could not get channel config for channel ''`);
    const { view, simulator } = channel;
    const { definition, packageId } = await prefixed(`invalid invocation: [channel ${view.channelId}] failed to get chaincode container info for ${name}`, () => this.find(channel, name));
    checkInitialised(simulator, { name, isInit, initRequired: definition.initRequired, version: definition.version });
    const world = createChaincodeWorld({
      simulator,
      channelId: view.channelId,
      namespace: name,
      caller: caller.identity,
      call: (chaincode, channelId, bytes) => this.#callFromChaincode(channel, { chaincode, channelId, bytes, depth: depth + 1 }),
    });
    try {
      return await ports.runChaincode(
        { packageId, mspId },
        {
          kind: isInit ? 'init' : 'transaction',
          channel: view.channelId,
          txId: proposal.txId,
          input: encodeInput(args, isInit),
          proposal: signedProposal.encode(proposal),
          world,
          timeoutMs: ports.executeTimeoutMs,
        },
      );
    } catch (error) {
      throw toExecutionFailed(error, packageId);
    }
  }

  /** A chaincode calls another one (core/chaincode/handler.go, HandleInvokeChaincode). Throws `ChaincodeRefusal`. */
  async #callFromChaincode(from: ExecutionChannel, to: { readonly chaincode: string; readonly channelId: string; readonly bytes: Uint8Array; readonly depth: number }): Promise<ChaincodeReply> {
    const { mspId, caller } = this.input;
    const { args, isInit } = decodeInput(to.bytes);
    if (to.depth > DEPTH_MAX) throw new ChaincodeRefusal(`execute failed: chaincodes call one another more than ${DEPTH_MAX} deep`);
    const isSame = to.channelId === '' || to.channelId === from.view.channelId;
    const view = isSame ? from.view : await this.#viewOf(to.channelId);
    const channelId = isSame ? from.view.channelId : to.channelId;
    const denied = isSystemChaincode(to.chaincode) ? undefined : checkAccess('peer/ChaincodeToChaincode', { channelId, view }, caller, mspId);
    if (denied !== undefined) throw new ChaincodeRefusal(denied);
    if (view === undefined) throw new ChaincodeRefusal(`failed to find ledger for channel: ${channelId}`);
    // Of another channel the simulation is dropped: such a call only reads.
    const channel = isSame ? from : this.open(view);
    try {
      return await this.#invoke({ channel, name: to.chaincode, args, isInit, depth: to.depth });
    } catch (error) {
      if (error instanceof ExecutionFailed) throw new ChaincodeRefusal(`execute failed: ${error.message}`);
      throw error;
    }
  }

  async #invokeSystem({ channel, name, args }: Call): Promise<Response> {
    const { ports, mspId, proposal, caller } = this.input;
    const own = { channelId: channel?.view.channelId ?? '', view: channel?.view };
    if (name === LIFECYCLE) {
      return invokeLifecycle({
        txId: proposal.txId,
        args,
        mspId,
        channel: channel && { channelId: own.channelId, simulator: channel.simulator, rules: channel.view.rules, organisations: channel.view.organisations },
        packages: ports.packages,
        listUses: (packageIds) => ports.listUses(mspId, packageIds),
        checkAccess: (resource) => checkAccess(resource, own, caller, mspId),
      });
    }
    const answer = invokeSystemChaincode(name, {
      args,
      mspId,
      proposedChaincode: proposal.chaincode.name,
      ledger: ports.system,
      checkAccess: async (resource, channelId) => checkAccess(resource, { channelId, view: await this.#viewOf(channelId) }, caller, mspId),
    });
    if (answer === undefined) throw new ExecutionFailed(`chaincode ${name} not found`);
    return answer;
  }

  /** The view of a channel by its name, each opened once. */
  async #viewOf(channelId: string): Promise<SimulationView | undefined> {
    if (channelId === '') return undefined;
    const known = [this.input.caller.view, ...this.#others].find((one) => one?.channelId === channelId);
    if (known !== undefined) return known;
    if (this.#others.length >= CHANNELS_MAX) throw new ChaincodeRefusal(`a transaction reads at most ${CHANNELS_MAX} other channels`);
    const view = await this.input.ports.openView(channelId);
    if (view !== undefined) this.#others.push(view);
    return view;
  }

  #reply(channel: ExecutionChannel | undefined, answer: Response): ChaincodeReply {
    return { isError: false, channel: channel?.view.channelId ?? '', txId: this.input.proposal.txId, payload: response.encode(answer) };
  }
}

/** Initialised exactly once for each version, before all else (CheckInvocation). */
function checkInitialised(simulator: Simulator, { name, isInit, initRequired, version }: { readonly name: string; readonly isInit: boolean; readonly initRequired: boolean; readonly version: string }): void {
  const mustInit = initRequired && Buffer.from(simulator.getState(name, INITIALIZED) ?? []).toString('utf8') !== version;
  if (!isInit) {
    if (mustInit) throw new ExecutionFailed(`invalid invocation: chaincode '${name}' has not been initialized for this version, must call as init first`);
    return;
  }
  if (!initRequired) throw new ExecutionFailed(`invalid invocation: chaincode '${name}' does not require initialization but called as init`);
  if (!mustInit) throw new ExecutionFailed(`invalid invocation: chaincode '${name}' is already initialized but called as init`);
  try {
    simulator.putState(name, INITIALIZED, Buffer.from(version, 'utf8'));
  } catch (error) {
    if (error instanceof FabricStateError) throw new ExecutionFailed(`invalid invocation: could not set 'initialized' key: ${error.message}`);
    throw error;
  }
}

function decodeInput(bytes: Uint8Array): { readonly args: readonly Uint8Array[]; readonly isInit: boolean } {
  try {
    return chaincodeInput.decode(bytes);
  } catch (error) {
    if (error instanceof WireError) throw new ChaincodeRefusal(`unmarshal failed: proto: ${error.message}`);
    throw error;
  }
}

async function prefixed<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ExecutionFailed) throw new ExecutionFailed(`${what}: ${error.message}`, { cause: error });
    throw error;
  }
}
