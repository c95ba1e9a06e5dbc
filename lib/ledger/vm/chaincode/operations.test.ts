import queryResult from '@hyperledger/fabric-protos/lib/ledger/queryresult/kv_query_result_pb';
import chaincodePb from '@hyperledger/fabric-protos/lib/peer/chaincode_pb';
import peer from '@hyperledger/fabric-protos/lib/peer/chaincode_shim_pb';
import { describe, expect, it } from 'vitest';
import { createManualPorts } from '../../testing/manual-ports';
import { MemoryWorld, ScriptedChaincode, type ShimType } from './testing';
import { FieldWriter } from '@/lib/platform/pure/wire';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const text = (payload: Uint8Array) => Buffer.from(payload).toString();
type Request = { serializeBinary(): Uint8Array };

/** A transaction of which the test is the chaincode. */
function begin({ kind = 'transaction' as 'transaction' | 'init', world = new MemoryWorld('cc'), limits = {} } = {}) {
  const chaincode = new ScriptedChaincode(createManualPorts().ports.schedule, limits);
  chaincode.register();
  void chaincode.stream.execute({ kind, channel: 'ch', txId: 'tx', input: bytes(''), world, timeoutMs: 1_000 }).catch(() => undefined);
  return { world, chaincode, ask: (type: ShimType, request: Request) => chaincode.ask(type, 'ch', 'tx', request) };
}

/** A request by the names of its setters, as the generated classes have them. */
function make<T extends Request>(message: T, fields: Record<string, unknown>): T {
  const setters = message as unknown as Record<string, (value: unknown) => void>;
  for (const [name, value] of Object.entries(fields)) setters[`set${name}`]!(value);
  return message;
}

const page = (size: number, bookmark = '') => make(new peer.QueryMetadata(), { Pagesize: size, Bookmark: bookmark }).serializeBinary();
const rowsOf = (response: InstanceType<typeof peer.QueryResponse>) =>
  response.getResultsList().map((row) => queryResult.KV.deserializeBinary(row.getResultbytes_asU8()));

async function fill(world: MemoryWorld, count: number) {
  for (let i = 0; i < count; i++) await world.putState('', `k${String(i).padStart(6, '0')}`, bytes(`v${i}`));
}

describe('state', () => {
  it('is written, read and deleted, public and private apart', async () => {
    const { ask } = begin();
    await ask('PUT_STATE', make(new peer.PutState(), { Key: 'a', Value: bytes('public') }));
    await ask('PUT_STATE', make(new peer.PutState(), { Key: 'a', Value: bytes('private'), Collection: 'c' }));
    expect(text(await ask('GET_STATE', make(new peer.GetState(), { Key: 'a' })))).toBe('public');
    expect(text(await ask('GET_STATE', make(new peer.GetState(), { Key: 'a', Collection: 'c' })))).toBe('private');
    expect((await ask('GET_PRIVATE_DATA_HASH', make(new peer.GetState(), { Key: 'a', Collection: 'c' }))).length).toBe(32);
    await ask('DEL_STATE', make(new peer.DelState(), { Key: 'a' }));
    expect(await ask('GET_STATE', make(new peer.GetState(), { Key: 'a' }))).toHaveLength(0);
    await ask('PURGE_PRIVATE_DATA', make(new peer.PurgePrivateState(), { Key: 'a', Collection: 'c' }));
    expect(await ask('GET_STATE', make(new peer.GetState(), { Key: 'a', Collection: 'c' }))).toHaveLength(0);
  });

  it('has metadata of each key, told in the order of their names', async () => {
    const { ask } = begin();
    for (const name of ['z', 'é', 'VALIDATION_PARAMETER']) {
      const entry = make(new peer.StateMetadata(), { Metakey: name, Value: bytes(name) });
      await ask('PUT_STATE_METADATA', make(new peer.PutStateMetadata(), { Key: 'a', Metadata: entry }));
    }
    const result = peer.StateMetadataResult.deserializeBinary(await ask('GET_STATE_METADATA', make(new peer.GetStateMetadata(), { Key: 'a' })));
    expect(result.getEntriesList().map((one) => [one.getMetakey(), text(one.getValue_asU8())])).toEqual([
      ['VALIDATION_PARAMETER', 'VALIDATION_PARAMETER'],
      ['z', 'z'],
      ['é', 'é'],
    ]);
  });

  it('private data is closed to an Init, whatever the request', async () => {
    const { ask } = begin({ kind: 'init' });
    const refused = 'private data APIs are not allowed in chaincode Init()';
    const key = { Key: 'a', Collection: 'c' };
    await expect(ask('GET_STATE', make(new peer.GetState(), key))).rejects.toThrow(`GET_STATE failed: transaction ID: tx: ${refused}`);
    await expect(ask('PUT_STATE', make(new peer.PutState(), key))).rejects.toThrow(refused);
    await expect(ask('DEL_STATE', make(new peer.DelState(), key))).rejects.toThrow(refused);
    await expect(ask('GET_PRIVATE_DATA_HASH', make(new peer.GetState(), key))).rejects.toThrow(refused);
    await expect(ask('PURGE_PRIVATE_DATA', make(new peer.PurgePrivateState(), key))).rejects.toThrow(refused);
    await expect(ask('GET_STATE_METADATA', make(new peer.GetStateMetadata(), key))).rejects.toThrow(refused);
    await expect(ask('PUT_STATE_METADATA', make(new peer.PutStateMetadata(), key))).rejects.toThrow(refused);
    await expect(ask('GET_STATE_BY_RANGE', make(new peer.GetStateByRange(), { Collection: 'c' }))).rejects.toThrow(refused);
    await expect(ask('GET_QUERY_RESULT', make(new peer.GetQueryResult(), { Query: 'q', Collection: 'c' }))).rejects.toThrow(refused);
    await ask('PUT_STATE', make(new peer.PutState(), { Key: 'a', Value: bytes('public is open') }));
  });

  it('of no collection cannot be purged', async () => {
    await expect(begin().ask('PURGE_PRIVATE_DATA', make(new peer.PurgePrivateState(), { Key: 'a' }))).rejects.toThrow('PURGE_PRIVATE_DATA failed: transaction ID: tx: only applicable for private data');
  });

  it('keys that are no UTF-8 are refused as Fabric refuses them, not read as another key', async () => {
    const { ask, world } = begin();
    const request = { serializeBinary: () => new FieldWriter().bytes(1, Uint8Array.of(0x61, 0xff, 0x62)).finish() };
    await expect(ask('GET_STATE', request)).rejects.toThrow('GET_STATE failed: transaction ID: tx: unmarshal failed: field 1 contains invalid UTF-8');
    await expect(ask('PUT_STATE', request)).rejects.toThrow('unmarshal failed');
    expect(world.states.size).toBe(0);
  });
});

describe('queries', () => {
  it('come in messages of 100, and the last one says so', async () => {
    const { ask, world } = begin();
    await fill(world, 250);
    let response = peer.QueryResponse.deserializeBinary(await ask('GET_STATE_BY_RANGE', make(new peer.GetStateByRange(), { Startkey: 'k', Endkey: 'l' })));
    const sizes: number[] = [];
    const keys: string[] = [];
    for (;;) {
      sizes.push(response.getResultsList().length);
      keys.push(...rowsOf(response).map((row) => row.getKey()));
      if (!response.getHasMore()) break;
      response = peer.QueryResponse.deserializeBinary(await ask('QUERY_STATE_NEXT', make(new peer.QueryStateNext(), { Id: response.getId() })));
    }
    expect(sizes).toEqual([100, 100, 50]);
    expect(keys).toEqual([...world.states.get('')!.keys()]);
    expect(rowsOf(response).at(-1)!.getNamespace()).toBe('cc');
    expect(world.openRows).toBe(0);
    // The shim closes what it has read to the end, too.
    const closed = await ask('QUERY_STATE_CLOSE', make(new peer.QueryStateClose(), { Id: response.getId() }));
    expect(peer.QueryResponse.deserializeBinary(closed).getId()).toBe(response.getId());
  });

  it('of exactly 100 results are one message', async () => {
    const { ask, world } = begin();
    await fill(world, 100);
    const response = peer.QueryResponse.deserializeBinary(await ask('GET_STATE_BY_RANGE', new peer.GetStateByRange()));
    expect([response.getResultsList().length, response.getHasMore()]).toEqual([100, false]);
  });

  it('of large values are cut by their bytes, and lose none', async () => {
    const { ask, world } = begin({ limits: { resultsBytesPerMessage: 1_000 } });
    for (let i = 0; i < 5; i++) await world.putState('', `k${i}`, new Uint8Array(700));
    let response = peer.QueryResponse.deserializeBinary(await ask('GET_STATE_BY_RANGE', new peer.GetStateByRange()));
    const keys = rowsOf(response).map((row) => row.getKey());
    while (response.getHasMore()) {
      response = peer.QueryResponse.deserializeBinary(await ask('QUERY_STATE_NEXT', make(new peer.QueryStateNext(), { Id: response.getId() })));
      expect(response.getResultsList().length).toBe(1);
      keys.push(...rowsOf(response).map((row) => row.getKey()));
    }
    expect(keys).toEqual(['k0', 'k1', 'k2', 'k3', 'k4']);
  });

  it('end at the limit of results, without an error', async () => {
    const { ask, world } = begin({ limits: { resultsMax: 120 } });
    await fill(world, 200);
    const first = peer.QueryResponse.deserializeBinary(await ask('GET_STATE_BY_RANGE', new peer.GetStateByRange()));
    const last = peer.QueryResponse.deserializeBinary(await ask('QUERY_STATE_NEXT', make(new peer.QueryStateNext(), { Id: first.getId() })));
    expect([first.getResultsList().length, last.getResultsList().length, last.getHasMore()]).toEqual([100, 20, false]);
  });

  it('by pages bring a page whole, how many it has, and where the next one begins', async () => {
    const { ask, world } = begin();
    await fill(world, 250);
    const ranges = (bookmark: string) => ask('GET_STATE_BY_RANGE', make(new peer.GetStateByRange(), { Startkey: 'k', Metadata: page(120, bookmark) }));
    const first = peer.QueryResponse.deserializeBinary(await ranges(''));
    const metadata = peer.QueryResponseMetadata.deserializeBinary(first.getMetadata_asU8());
    expect([first.getResultsList().length, first.getHasMore(), metadata.getFetchedRecordsCount(), metadata.getBookmark()]).toEqual([120, false, 120, 'k000120']);
    const second = peer.QueryResponse.deserializeBinary(await ranges(metadata.getBookmark()));
    expect(rowsOf(second)[0]!.getKey()).toBe('k000120');
    const third = peer.QueryResponse.deserializeBinary(await ranges('k000240'));
    expect(peer.QueryResponseMetadata.deserializeBinary(third.getMetadata_asU8()).toObject()).toEqual({ fetchedRecordsCount: 10, bookmark: '' });
    expect(world.openRows).toBe(0);
  });

  it('by content ask the world, and its refusal is the error of the request', async () => {
    const { ask, world } = begin();
    await fill(world, 20);
    const found = peer.QueryResponse.deserializeBinary(await ask('GET_QUERY_RESULT', make(new peer.GetQueryResult(), { Query: 'v1', Metadata: page(5) })));
    expect(found.getResultsList().length).toBe(5);
    await expect(ask('GET_QUERY_RESULT', make(new peer.GetQueryResult(), { Query: '' }))).rejects.toThrow('GET_QUERY_RESULT failed: transaction ID: tx: the query is empty');
  });

  it('of history bring transactions, times and deletions, newest first', async () => {
    const { ask } = begin();
    await ask('PUT_STATE', make(new peer.PutState(), { Key: 'a', Value: bytes('1') }));
    await ask('DEL_STATE', make(new peer.DelState(), { Key: 'a' }));
    const response = peer.QueryResponse.deserializeBinary(await ask('GET_HISTORY_FOR_KEY', make(new peer.GetHistoryForKey(), { Key: 'a' })));
    const rows = response.getResultsList().map((row) => queryResult.KeyModification.deserializeBinary(row.getResultbytes_asU8()).toObject());
    expect(rows.map(({ isDelete, timestamp, txId }) => [txId, isDelete, timestamp])).toEqual([
      ['tx1', true, { seconds: 1_760_000_000, nanos: 5 }],
      ['tx0', false, { seconds: 1_760_000_000, nanos: 5 }],
    ]);
  });

  it('of an unknown iterator are refused', async () => {
    await expect(begin().ask('QUERY_STATE_NEXT', make(new peer.QueryStateNext(), { Id: '7' }))).rejects.toThrow('QUERY_STATE_NEXT failed: transaction ID: tx: query iterator not found');
  });
});

describe('a chaincode calls another', () => {
  const spec = (name: string) =>
    make(new chaincodePb.ChaincodeSpec(), {
      ChaincodeId: make(new chaincodePb.ChaincodeID(), { Name: name }),
      Input: make(new chaincodePb.ChaincodeInput(), { ArgsList: [bytes('read'), bytes('a')] }),
    });

  it('by name, version and channel, and gets the message of the callee', async () => {
    const asked: [string, string, string[]][] = [];
    const world = new MemoryWorld('cc', async (name, channel, input) => {
      asked.push([name, channel, chaincodePb.ChaincodeInput.deserializeBinary(input).getArgsList_asU8().map(text)]);
      return { isError: name === 'broken', channel: 'ch', txId: 'tx', payload: bytes(`answer of ${name}`) };
    });
    const { ask } = begin({ world });
    const answers = [];
    for (const name of ['other', 'other:1.0/far/away', 'broken']) {
      const message = peer.ChaincodeMessage.deserializeBinary(await ask('INVOKE_CHAINCODE', spec(name)));
      answers.push([message.getType() === peer.ChaincodeMessage.Type.ERROR, text(message.getPayload_asU8())]);
    }
    expect(asked).toEqual([
      ['other', '', ['read', 'a']],
      ['other', 'far/away', ['read', 'a']],
      ['broken', '', ['read', 'a']],
    ]);
    expect(answers).toEqual([[false, 'answer of other'], [false, 'answer of other'], [true, 'answer of broken']]);
  });
});
