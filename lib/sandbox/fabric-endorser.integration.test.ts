import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeChaincode } from '@/lib/chaincode-packages/testing';
import { loadFabric, type InstalledPackages } from '@/lib/ledger';
import { loadFabricTesting } from '@/lib/ledger/testing';
import { isSandboxError } from './errors';
import { contractOf, TestSandbox } from './testing/test-sandbox';

const assets = contractOf(`
  async create(ctx, id, owner) {
    if ((await ctx.stub.getState(id)).length > 0) throw new Error('The asset ' + id + ' already exists');
    const asset = { id, owner, at: ctx.stub.getTxTimestamp().seconds.toNumber() };
    await ctx.stub.putState(id, Buffer.from(JSON.stringify(asset)));
    ctx.stub.setEvent('created', Buffer.from(id));
    return asset;
  }
  async read(ctx, id) {
    const bytes = await ctx.stub.getState(id);
    if (bytes.length === 0) throw new Error('The asset ' + id + ' does not exist');
    return JSON.parse(bytes.toString());
  }
  async list(ctx) {
    const ids = [];
    for await (const { key } of ctx.stub.getStateByRange('', '')) ids.push(key);
    return ids;
  }
  async past(ctx, id) {
    const owners = [];
    for await (const { value } of ctx.stub.getHistoryForKey(id)) owners.push(JSON.parse(value.toString()).owner);
    return owners;
  }
  async hide(ctx, key) {
    await ctx.stub.putPrivateData('_implicit_org_Org1MSP', key, ctx.stub.getTransient().get('secret'));
  }
  async reveal(ctx, key) { return (await ctx.stub.getPrivateData('_implicit_org_Org1MSP', key)).toString(); }
  async peer(ctx) { await ctx.stub.putState('peer', Buffer.from(ctx.stub.getMspID())); return ctx.stub.getMspID(); }
  async ask(ctx, chaincode, method, args) {
    const { status, message, payload } = await ctx.stub.invokeChaincode(chaincode, [method, ...JSON.parse(args)], '');
    return { status, message, payload: Buffer.from(payload).toString() };
  }`);

/** As the TypeScript compiler writes a contract with decorators: parameters have types, transactions that only read say so. */
const typed = `"use strict";
var __decorate = function (decorators, target, key, desc) {
  var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc;
  for (var i = decorators.length - 1; i >= 0; i--) if (decorators[i]) r = (c < 3 ? decorators[i](r) : c > 3 ? decorators[i](target, key, r) : decorators[i](target, key)) || r;
  return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = function (k, v) { return Reflect.metadata(k, v); };
Object.defineProperty(exports, "__esModule", { value: true });
const fabric_contract_api_1 = require("fabric-contract-api");
let Counter = class Counter extends fabric_contract_api_1.Contract {
  async add(ctx, key, count) {
    const before = Number(await ctx.stub.getState(key));
    await ctx.stub.putState(key, Buffer.from(String(before + count)));
    return before + count;
  }
  async get(ctx, key) { return Number(await ctx.stub.getState(key)); }
};
__decorate([(0, fabric_contract_api_1.Transaction)(), (0, fabric_contract_api_1.Returns)("number"), __metadata("design:type", Function), __metadata("design:paramtypes", [fabric_contract_api_1.Context, String, Number]), __metadata("design:returntype", Promise)], Counter.prototype, "add", null);
__decorate([(0, fabric_contract_api_1.Transaction)(false), (0, fabric_contract_api_1.Returns)("number"), __metadata("design:type", Function), __metadata("design:paramtypes", [fabric_contract_api_1.Context, String]), __metadata("design:returntype", Promise)], Counter.prototype, "get", null);
Counter = __decorate([(0, fabric_contract_api_1.Info)({ title: "Counter", description: "counts" })], Counter);
exports.contracts = [Counter];`;

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const json = (bytes: Uint8Array): unknown => JSON.parse(text(bytes));

/** The packages of organisations, each a publisher of the sandbox. */
function packagesOf({ sandbox }: TestSandbox): InstalledPackages {
  const installed = new Map<string, Map<string, Uint8Array>>();
  return {
    list: async (mspId) => [...(installed.get(mspId)?.keys() ?? [])].map((packageId) => ({ packageId, label: packageId.split(':', 1)[0] ?? '' })),
    get: async (mspId, packageId) => installed.get(mspId)?.get(packageId),
    async put(mspId, bytes) {
      try {
        const { packageId, label } = await sandbox.install(mspId, bytes);
        installed.set(mspId, (installed.get(mspId) ?? new Map<string, Uint8Array>()).set(packageId, bytes));
        return { packageId, label };
      } catch (error) {
        if (isSandboxError(error) && error.code === 'package-invalid') return { refused: error.message };
        throw error;
      }
    },
  };
}

async function openCity(test: TestSandbox) {
  const { ChaincodeUnavailable } = await loadFabric();
  const { TestCity, deploy, openContract, refusalOf } = await loadFabricTesting();
  const city = new TestCity(['Org1MSP', 'Org2MSP'], undefined, {
    packages: packagesOf(test),
    runChaincode: ({ packageId, mspId }, call) =>
      test.sandbox.execute({ publisher: mspId, packageId, mspId }, call).catch((error: unknown) => {
        throw isSandboxError(error) ? new ChaincodeUnavailable(error.message) : error;
      }),
  });
  city.addChannel('one');
  const client = { mspId: 'Org1MSP', signer: city.organisation('Org1MSP').issue({ units: ['client'] }) };
  return { city, deploy, refusalOf, contract: (name: string) => openContract(city, client, 'one', name) };
}

let test: TestSandbox;
let open: Awaited<ReturnType<typeof openCity>>;

beforeAll(async () => {
  test = await TestSandbox.open({ runningMax: 6, pauseMsMin: 50 });
  open = await openCity(test);
  for (const [name, source] of [['assets', assets], ['others', assets], ['typed', typed]] as const) {
    const bytes = makeChaincode(source, `${name}_1`);
    await open.deploy(open.city, 'one', { name, packages: { Org1MSP: bytes, Org2MSP: bytes } });
  }
});
afterAll(() => test.close());

describe('stock chaincode, endorsed for the official client', () => {
  it('writes, reads, lists and remembers, in the processes of both organisations', async () => {
    const contract = open.contract('assets');
    expect(json(await contract.submitTransaction('create', 'a1', 'ada'))).toMatchObject({ id: 'a1', owner: 'ada' });
    expect(json(await contract.evaluateTransaction('read', 'a1'))).toMatchObject({ owner: 'ada' });
    expect(json(await contract.evaluateTransaction('list'))).toEqual(['a1']);
    expect(json(await contract.evaluateTransaction('past', 'a1'))).toEqual(['ada']);
    expect(new Set(test.sandbox.use().map(({ name }) => name.mspId))).toEqual(new Set(['Org1MSP', 'Org2MSP']));
  });

  it('says in the client\'s ear what it throws', async () => {
    const refusal = await open.refusalOf(open.contract('assets').evaluateTransaction('read', 'ghost'));
    expect(refusal.message + refusal.details.join()).toContain('The asset ghost does not exist');
  });

  it('knows whose peer it runs on: what differs by organisation is not endorsed', async () => {
    const refusal = await open.refusalOf(open.contract('assets').submitTransaction('peer'));
    expect(refusal.details).toEqual(['Org2MSP: ProposalResponsePayloads do not match']);
    expect(json(await open.contract('assets').evaluateTransaction('list'))).not.toContain('peer');
  });

  it('keeps a secret that came beside the proposal', async () => {
    await open.contract('assets').submit('hide', { arguments: ['s'], transientData: { secret: 'hush' }, endorsingOrganizations: ['Org1MSP'] });
    expect(text(await open.contract('assets').evaluateTransaction('reveal', 's'))).toContain('hush');
  });

  it('may be compiled from TypeScript, with types for its parameters', async () => {
    const contract = open.contract('typed');
    await contract.submitTransaction('add', 'k', '40');
    expect(json(await contract.submitTransaction('add', 'k', '2'))).toBe(42);
    expect(json(await contract.evaluateTransaction('get', 'k'))).toBe(42);
  });

  it('calls another chaincode of the channel, which writes under its own name', async () => {
    const answer = json(await open.contract('assets').submitTransaction('ask', 'others', 'create', '["b1","bob"]'));
    expect(answer).toMatchObject({ status: 200 });
    expect(json(await open.contract('others').evaluateTransaction('list'))).toEqual(['b1']);
    expect(json(await open.contract('assets').evaluateTransaction('list'))).not.toContain('b1');
  });

  it('does not call itself: its process has one transaction of that name, as in Fabric', async () => {
    const refusal = await open.refusalOf(open.contract('assets').evaluateTransaction('ask', 'assets', 'read', '["a1"]'));
    expect(refusal.details[0]).toMatch(/execute failed: error sending: txid: [0-9a-f]{64}\(one\) exists/);
  });
});
