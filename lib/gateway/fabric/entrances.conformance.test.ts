import http2 from 'node:http2';
import { connect as connectTcp, createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { gateway as messages, msp, peer } from '@hyperledger/fabric-protos';
import { afterEach, describe, expect, it } from 'vitest';
import { openTestDoor, type TestDoor } from './testing/open-test-door';
import { OldClient } from './testing/old-client';

let test: TestDoor;
afterEach(() => test.close());

const endorserOf = (answer: peer.ProposalResponse) => msp.SerializedIdentity.deserializeBinary(answer.getEndorsement()?.getEndorser_asU8() ?? new Uint8Array(0)).getMspid();

/** A client of the first organisation, and a way to have it endorsed at any address. */
function openOldClient() {
  const user = test.city.issue('Org1MSP', 'client');
  const built = test.connect('Org1MSP', 'client', user).getNetwork(test.city.channelId).getContract('basic').newProposal('put', { arguments: ['a', '1'] });
  const proposal = messages.ProposedTransaction.deserializeBinary(built.getBytes()).getProposal()?.getProposalBytes_asU8() ?? new Uint8Array(0);
  const client = new OldClient({ root: test.root, tls: test.city.issueTls() });
  return { user, proposal, client, propose: (port: number | undefined) => client.propose(`localhost:${port}`, user, proposal), close: () => client.close() };
}

/** Some port of this machine, on which somebody listens. */
async function takePort(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { port: number }).port, close: () => void server.close() };
}

/** One call over a connection from a port of the client's choice. */
async function proposeFrom(localPort: number, port: number, request: Uint8Array): Promise<{ readonly answer: Buffer; readonly localPort: number; close(): void }> {
  const raw = connectTcp({ host: '127.0.0.1', port, localAddress: '127.0.0.1', localPort });
  const session = http2.connect(`https://localhost:${port}`, { createConnection: () => connectTls({ socket: raw, servername: 'localhost', ca: test.root, ALPNProtocols: ['h2'] }) });
  // The door cuts what is left when it closes.
  session.on('error', () => undefined);
  const stream = session.request({ ':method': 'POST', ':path': '/protos.Endorser/ProcessProposal', 'content-type': 'application/grpc', te: 'trailers' });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(request.length, 1);
  stream.end(Buffer.concat([head, request]));
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return { answer: Buffer.concat(parts).subarray(5), localPort: raw.localPort ?? 0, close: () => session.destroy() };
}

describe('an entrance', () => {
  it('leads to the organisation’s peer, whose client it may be; the common port to the client’s own', async () => {
    test = await openTestDoor();
    const port = await test.door.entrances.open('Org2MSP', 0);
    const old = openOldClient();
    expect(endorserOf(await old.propose(port))).toBe('Org2MSP');
    expect(endorserOf(await old.propose(test.door.port))).toBe('Org1MSP');
    old.close();
  });

  it('is known by the door’s port, also where a client uses one port of its own for both', async () => {
    test = await openTestDoor();
    const port = await test.door.entrances.open('Org2MSP', 0);
    const { user, proposal, close } = openOldClient();
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(proposal);
    signed.setSignature(user.sign(proposal));
    const { port: own, close: free } = await takePort();
    free();
    const first = await proposeFrom(own, test.door.port, signed.serializeBinary());
    const second = await proposeFrom(own, port, signed.serializeBinary());
    expect([first.localPort, second.localPort]).toEqual([own, own]);
    expect([first, second].map(({ answer }) => endorserOf(peer.ProposalResponse.deserializeBinary(answer)))).toEqual(['Org1MSP', 'Org2MSP']);
    first.close();
    second.close();
    close();
  });

  it('stays where it is, tells when its port is taken, and is gone with its connections once it is closed', async () => {
    test = await openTestDoor();
    const { entrances } = test.door;
    const port = await entrances.open('Org2MSP', 0);
    expect([await entrances.open('Org2MSP', 1), entrances.portOf('Org2MSP'), entrances.names()]).toEqual([port, port, ['Org2MSP']]);
    const taken = await takePort();
    await expect(entrances.open('Org1MSP', taken.port)).rejects.toThrow(String(taken.port));
    taken.close();
    const old = openOldClient();
    await old.propose(port);
    entrances.close('Org2MSP');
    await expect(old.propose(port)).rejects.toMatchObject({ code: 14 });
    expect(endorserOf(await old.propose(test.door.port))).toBe('Org1MSP');
    old.close();
  });

  it('shares the door’s bounds: of connections, and of entrances', async () => {
    test = await openTestDoor({ connectionsMax: 3, entrancesMax: 1 });
    const port = await test.door.entrances.open('Org2MSP', 0);
    await expect(test.door.entrances.open('Org1MSP', 0)).rejects.toThrow('as many as it may');
    // Those that deployed the chaincode are still there.
    const old = openOldClient();
    await expect(old.propose(port)).rejects.toMatchObject({ code: 14 });
    old.close();
  });
});
