import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeChaincode } from '@/lib/chaincode-packages/testing';
import { decodeResponse, encodeInput, type ChaincodeWorld } from '@/lib/ledger';
import { MemoryWorld } from '@/lib/ledger/testing';
import { openChaincodeSandbox, type ChaincodeName, type ChaincodeSandbox } from '../chaincode-sandbox';
import type { SandboxLimits } from '../limits';
import { makeProposal } from './make-proposal';
import { runtimeDirectory } from './runtime-directory';

/** A contract of one class: `methods` is the body of the class, `before` runs when the file is loaded. */
export function contractOf(methods: string, before = ''): string {
  return `const { Contract } = require('fabric-contract-api');
${before}
class Test extends Contract { ${methods} }
exports.contracts = [Test];`;
}

/** Real sandboxes in a directory of their own, with what a test says of them. */
export class TestSandbox {
  private transactions = 0;

  private constructor(
    readonly sandbox: ChaincodeSandbox,
    readonly directory: string,
  ) {}

  static async open(limits: Partial<SandboxLimits> = {}): Promise<TestSandbox> {
    const directory = mkdtempSync(path.join(tmpdir(), 'chaincode-'));
    const sandbox = await openChaincodeSandbox({ directory: path.join(directory, 'packages'), runtime: runtimeDirectory(), limits });
    return new TestSandbox(sandbox, directory);
  }

  async install(publisher: string, source: string, label?: string): Promise<ChaincodeName> {
    const { packageId } = await this.sandbox.install(publisher, makeChaincode(source, label));
    return { publisher, packageId, mspId: 'Org1MSP' };
  }

  /** Calls a method and gives what it returned; throws its error's text, or why there was no answer. */
  async call(name: ChaincodeName, method: string, args: readonly string[] = [], { world = new MemoryWorld() as ChaincodeWorld, timeoutMs = 20_000 } = {}): Promise<unknown> {
    const [channel, txId] = ['test', `tx${++this.transactions}`];
    const input = encodeInput([method, ...args].map((text) => new Uint8Array(Buffer.from(text))));
    const reply = await this.sandbox.execute(name, { kind: 'transaction', channel, txId, input, proposal: makeProposal(channel, txId), world, timeoutMs });
    if (reply.isError) throw new Error(Buffer.from(reply.payload).toString());
    const { status, message, payload } = decodeResponse(reply.payload);
    if (status >= 400) throw new Error(message);
    const text = Buffer.from(payload).toString();
    return text === '' ? undefined : JSON.parse(text);
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
