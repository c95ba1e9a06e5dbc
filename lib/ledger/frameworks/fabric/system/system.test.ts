import { common, peer } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { invokeSystemChaincode, type SystemInvocation } from './invoke-system-chaincode';
import type { SystemLedger } from './ports';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const text = (value: Uint8Array): string => Buffer.from(value).toString('utf8');
const same = (one: Uint8Array, other: string): boolean => text(one) === other;

/** A channel `one` of three blocks. */
const ledger: SystemLedger = {
  listChannels: async (mspId) => (mspId === 'Org1MSP' ? ['two', 'one'] : []),
  getInfo: async (channelId) => (channelId === 'one' ? { height: 3n, currentBlockHash: bytes('hash 2'), previousBlockHash: bytes('hash 1') } : undefined),
  getBlock: async (channelId, number) => (channelId === 'one' && number < 3n ? bytes(`block ${number}`) : undefined),
  getBlockByHash: async (_channelId, hash) => (same(hash, 'hash 2') ? bytes('block 2') : undefined),
  getBlockByTxId: async (_channelId, txId) => (txId === 'tx' ? bytes('block 1') : undefined),
  getTransaction: async (_channelId, txId) => (txId === 'tx' ? { envelope: new common.Envelope().serializeBinary(), code: 11 } : undefined),
  getConfigBlock: async (channelId) => (channelId === 'one' ? bytes('block 0') : undefined),
  getConfig: async (channelId) => (channelId === 'one' ? bytes('config') : undefined),
};

async function call(chaincode: string, args: readonly string[], changes: Partial<SystemInvocation> = {}) {
  const asked: string[] = [];
  const invocation: SystemInvocation = {
    args: args.map(bytes),
    mspId: 'Org1MSP',
    proposedChaincode: chaincode,
    ledger,
    checkAccess: async (resource, channelId) => (asked.push(`${resource} ${channelId}`), undefined),
    ...changes,
  };
  const answer = await invokeSystemChaincode(chaincode, invocation);
  if (answer === undefined) throw new Error(`${chaincode} is no system chaincode`);
  return { ...answer, asked };
}

const denying = { checkAccess: async () => 'no' };

describe('qscc', () => {
  it('tells of a channel, its blocks and its transactions, as the published classes read them', async () => {
    const info = common.BlockchainInfo.deserializeBinary((await call('qscc', ['GetChainInfo', 'one'])).payload);
    expect([info.getHeight(), text(info.getCurrentblockhash_asU8()), text(info.getPreviousblockhash_asU8())]).toEqual([3, 'hash 2', 'hash 1']);
    expect(text((await call('qscc', ['GetBlockByNumber', 'one', '1'])).payload)).toBe('block 1');
    expect(text((await call('qscc', ['GetBlockByNumber', 'one', '18446744073709551615'])).payload)).toBe('block 2');
    expect(text((await call('qscc', ['GetBlockByHash', 'one', 'hash 2'])).payload)).toBe('block 2');
    expect(text((await call('qscc', ['GetBlockByTxID', 'one', 'tx'])).payload)).toBe('block 1');
    const processed = peer.ProcessedTransaction.deserializeBinary((await call('qscc', ['GetTransactionByID', 'one', 'tx'])).payload);
    expect(processed.getValidationcode()).toBe(11);
    expect(processed.getTransactionenvelope()).toBeDefined();
  });

  it.each([
    [['GetChainInfo'], 'Incorrect number of arguments, 1'],
    [['GetBlockByNumber', 'one'], 'missing 3rd argument for GetBlockByNumber'],
    [['GetChainInfo', 'ghost'], 'Invalid chain ID, ghost'],
    [['Nothing', 'one', 'x'], 'Requested function Nothing not found.'],
    [['GetBlockByNumber', 'one', '7'], 'Failed to get block number 7, error no such block number [7] in index'],
    [['GetBlockByNumber', 'one', '-1'], 'Failed to parse block number with error strconv.ParseUint: parsing "-1": invalid syntax'],
    [['GetBlockByNumber', 'one', '18446744073709551616'], 'Failed to parse block number with error strconv.ParseUint: parsing "18446744073709551616": value out of range'],
    [['GetBlockByHash', 'one', 'x'], 'Failed to get block hash x, error no such block hash [78] in index'],
    [['GetTransactionByID', 'one', 'x'], 'Failed to get transaction with id x, error no such transaction ID [x] in index'],
    [['GetBlockByTxID', 'one', 'x'], 'Failed to get block for txID x, error no such transaction ID [x] in index'],
  ])('answers %j in Fabric\'s words', async (args, message) => {
    expect(await call('qscc', args)).toMatchObject({ status: 500, message });
  });

  it('asks for the right to each question, in the channel that is asked about', async () => {
    for (const name of ['GetChainInfo', 'GetBlockByNumber', 'GetBlockByHash', 'GetTransactionByID', 'GetBlockByTxID']) {
      expect((await call('qscc', [name, 'one', '1'])).asked).toEqual([`qscc/${name} one`]);
      expect(await call('qscc', [name, 'one', '1'], denying)).toMatchObject({ status: 500, message: `access denied for [${name}][one]: [no]` });
    }
  });

  it('answers no other chaincode', async () => {
    expect((await call('qscc', ['GetChainInfo', 'one'], { proposedChaincode: 'mine' })).message).toBe(
      "Rejecting invoke of QSCC from another chaincode because of potential for deadlocks, original invocation for 'mine'",
    );
  });
});

describe('cscc', () => {
  it('lists the organisation\'s channels, and gives configurations', async () => {
    const channels = peer.ChannelQueryResponse.deserializeBinary((await call('cscc', ['GetChannels'])).payload);
    expect(channels.getChannelsList().map((one) => one.getChannelId())).toEqual(['one', 'two']);
    expect(text((await call('cscc', ['GetConfigBlock', 'one'])).payload)).toBe('block 0');
    expect(text((await call('cscc', ['GetChannelConfig', 'one'])).payload)).toBe('config');
  });

  it.each([
    [[], 'Incorrect number of arguments, 0'],
    [['GetConfigBlock'], 'Incorrect number of arguments, 1'],
    [['GetConfigBlock', 'ghost'], 'Unknown channel ID, ghost'],
    [['GetChannelConfig', 'ghost'], 'unknown channel ID, ghost'],
    [['GetChannelConfig', ''], 'empty channel name provided'],
    [['Nothing', 'one'], 'Requested function Nothing not found.'],
    [['JoinChain', 'block'], 'JoinChain is not available: which channels this peer carries is decided where the channel was published'],
  ])('answers %j in Fabric\'s words', async (args, message) => {
    expect(await call('cscc', args)).toMatchObject({ status: 500, message });
  });

  it('asks for the right to each question', async () => {
    expect((await call('cscc', ['GetChannels'])).asked).toEqual(['cscc/GetChannels ']);
    expect((await call('cscc', ['GetConfigBlock', 'one'])).asked).toEqual(['cscc/GetConfigBlock one']);
    expect((await call('cscc', ['GetChannelConfig', 'one'], denying)).message).toBe('access denied for [GetChannelConfig][one]: no');
    expect((await call('cscc', ['JoinChain', 'block'], denying)).message).toBe('access denied for [JoinChain]: no');
    expect((await call('cscc', ['GetChannels'], denying)).message).toBe('access denied for [GetChannels]: no');
    expect((await call('cscc', ['GetChannels'], { proposedChaincode: 'mine' })).message).toBe("Rejecting invoke of CSCC from another chaincode, original invocation for 'mine'");
  });
});

describe('lscc', () => {
  it.each([
    [['deploy', 'one', 'spec'], "Channel 'one' has been migrated to the new lifecycle, LSCC is now read-only"],
    [['upgrade', 'one', 'spec'], "Channel 'one' has been migrated to the new lifecycle, LSCC is now read-only"],
    [['upgrade', 'one'], 'invalid number of arguments to lscc: 2'],
    [['install', 'x'], 'LSCC is read-only here: install chaincode with _lifecycle'],
    [['getccdata', 'one', 'basic'], "could not find chaincode with name 'basic'"],
    [['GetCollectionsConfig', 'basic'], 'collections config not defined for chaincode basic'],
    [['nothing'], 'invalid function to lscc: nothing'],
    [[], 'invalid number of arguments to lscc: 0'],
  ])('refuses %j as in a channel that has the new lifecycle', async (args, message) => {
    expect(await call('lscc', args)).toMatchObject({ status: 500, message });
  });

  it('knows of no chaincodes', async () => {
    expect(await call('lscc', ['getchaincodes'])).toMatchObject({ status: 200, payload: new Uint8Array(0) });
  });
});
