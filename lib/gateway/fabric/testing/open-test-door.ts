import { Client, credentials } from '@grpc/grpc-js';
import { connect, signers, type Contract, type Gateway } from '@hyperledger/fabric-gateway';
import { peer } from '@hyperledger/fabric-protos';
import { openFabricTestCity, type FabricTestCity } from '@/lib/ledger/testing';
import type { FabricLimits } from '../fabric-limits';
import { openFabricDoor, type FabricDoor } from '../index';
import { deployChaincode } from './deploy-chaincode';

type User = ReturnType<FabricTestCity['issue']>;

/** A door of a real channel over a real socket, with official clients before it. */
export interface TestDoor {
  readonly city: FabricTestCity;
  readonly door: FabricDoor;
  /** PEM of the root that clients trust. */
  readonly root: Buffer;
  /** What was logged as our mistake. */
  readonly failures: Record<string, unknown>[];
  /** The bare transport, for what no client would send. */
  dial(): Client;
  connect(mspId?: string, unit?: string, user?: User): Gateway;
  contract(mspId?: string): Contract;
  close(): Promise<void>;
}

export async function openTestDoor(limits: Partial<FabricLimits> = {}, options: Parameters<typeof openFabricTestCity>[0] = {}): Promise<TestDoor> {
  const city = await openFabricTestCity(options);
  const tls = city.issueTls();
  const failures: Record<string, unknown>[] = [];
  const ignore = () => undefined;
  const door = await openFabricDoor({ host: '127.0.0.1', port: 0, tls, methods: city.methods, limits: { drainMs: 500, ...limits }, logger: { info: ignore, warn: ignore, error: (fields) => void failures.push(fields) } });
  const clients: Client[] = [];
  const opened: TestDoor = {
    city,
    door,
    root: tls.root,
    failures,
    dial() {
      const client = new Client(`localhost:${door.port}`, credentials.createSsl(tls.root));
      clients.push(client);
      return client;
    },
    connect(mspId = 'Org1MSP', unit = 'client', { pem, key } = city.issue(mspId, unit)) {
      return connect({ client: opened.dial(), identity: { mspId, credentials: pem }, signer: signers.newPrivateKeySigner(key) });
    },
    contract: (mspId) => opened.connect(mspId).getNetwork(city.channelId).getContract('basic'),
    async close() {
      await door.close();
      for (const client of clients) client.close();
      await city.close();
    },
  };
  city.chaincodes.set('basic', async ([name, key = '', value = '', collection = ''], world) => {
    if (name === 'get') return Buffer.from((await world.getState('', key)) ?? Buffer.from('nothing')).toString();
    if (name === 'break') throw new Error('the chaincode broke in a way that is nobody’s business');
    await world.putState(collection, key, Buffer.from(value));
    return name === 'event' ? { event: eventOf(key, value) } : `put ${key}`;
  });
  await deployChaincode(opened, 'basic');
  return opened;
}

function eventOf(eventName: string, payload: string): Uint8Array {
  const event = new peer.ChaincodeEvent();
  event.setEventName(eventName);
  event.setPayload(Buffer.from(payload));
  return event.serializeBinary();
}
