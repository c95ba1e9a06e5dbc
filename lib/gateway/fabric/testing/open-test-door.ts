import { Client, credentials } from '@grpc/grpc-js';
import { connect, signers, type Contract, type Gateway } from '@hyperledger/fabric-gateway';
import { peer } from '@hyperledger/fabric-protos';
import lifecycle from '@hyperledger/fabric-protos/lib/peer/lifecycle/lifecycle_pb';
import { openFabricTestCity, type FabricTestCity } from '@/lib/ledger/testing';
import type { FabricLimits } from '../fabric-limits';
import { openFabricDoor, type FabricDoor } from '../index';

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

export async function openTestDoor(limits: Partial<FabricLimits> = {}): Promise<TestDoor> {
  const city = await openFabricTestCity();
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
  await deployBasic(opened);
  return opened;
}

/** Installs, approves and commits a chaincode as its organisations' administrators do. */
async function deployBasic({ city, connect: open }: TestDoor): Promise<void> {
  city.chaincodes.set('basic', async ([name, key = '', value = ''], world) => {
    if (name === 'get') return Buffer.from((await world.getState('', key)) ?? Buffer.from('nothing')).toString();
    if (name === 'break') throw new Error('the chaincode broke in a way that is nobody’s business');
    await world.putState('', key, Buffer.from(value));
    return name === 'event' ? { event: eventOf(key, value) } : `put ${key}`;
  });
  for (const mspId of city.organisations) {
    const args = new lifecycle.ApproveChaincodeDefinitionForMyOrgArgs();
    args.setName('basic');
    args.setVersion('1.0');
    args.setSequence(1);
    const local = new lifecycle.ChaincodeSource.Local();
    local.setPackageId(await city.install(mspId, 'basic'));
    const source = new lifecycle.ChaincodeSource();
    source.setLocalPackage(local);
    args.setSource(source);
    const contract = open(mspId, 'admin').getNetwork(city.channelId).getContract('_lifecycle');
    await contract.submit('ApproveChaincodeDefinitionForMyOrg', { arguments: [args.serializeBinary()], endorsingOrganizations: [mspId] });
  }
  const args = new lifecycle.CommitChaincodeDefinitionArgs();
  args.setName('basic');
  args.setVersion('1.0');
  args.setSequence(1);
  await open('Org1MSP', 'admin').getNetwork(city.channelId).getContract('_lifecycle').submit('CommitChaincodeDefinition', { arguments: [args.serializeBinary()] });
}

function eventOf(eventName: string, payload: string): Uint8Array {
  const event = new peer.ChaincodeEvent();
  event.setEventName(eventName);
  event.setPayload(Buffer.from(payload));
  return event.serializeBinary();
}
