import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { buildFabricKit, type FabricKit } from './index';

const directory = mkdtempSync(path.join(tmpdir(), 'kit-'));
afterAll(() => rmSync(directory, { recursive: true }));

const kit: FabricKit = {
  title: 'Harbour\nReceipts',
  channelId: 'tide-4417',
  mspId: 'HarbourMSP',
  rootCertificates: ['ROOT\n'],
  tlsRoot: 'TLS ROOT\n',
  peers: [{ cityNode: 'SIN', address: 'node.example.com:7051' }, { cityNode: 'PAR', address: '[::1]:7052' }],
  member: { name: 'ada', certificate: 'CERTIFICATE\n', privateKey: 'KEY\n' },
  chaincode: { name: 'basic', submit: { name: 'CreateAsset', arguments: ["it's", '$(exit 3)', '5'] }, evaluate: { name: 'ReadAsset', arguments: ["it's"] } },
  madeAtMs: 0,
};
const filesOf = (made: FabricKit) => Object.fromEntries(Object.entries(unzipSync(buildFabricKit(made))).map(([name, bytes]) => [name, strFromU8(bytes)]));

describe('the kit of a Fabric member', () => {
  it('holds the MSP directory as Fabric’s tools lay it out, the roots and one private key', () => {
    const files = filesOf(kit);
    const msp = 'organizations/HarbourMSP/users/ada/msp';
    expect(files).toMatchObject({
      [`${msp}/signcerts/cert.pem`]: 'CERTIFICATE\n',
      [`${msp}/keystore/key.pem`]: 'KEY\n',
      [`${msp}/cacerts/ca-1.pem`]: 'ROOT\n',
      'organizations/HarbourMSP/peers/sin/tls/ca.crt': 'TLS ROOT\n',
      'organizations/HarbourMSP/peers/par/tls/ca.crt': 'TLS ROOT\n',
    });
    expect(Object.values(files).filter((text) => text.includes('KEY\n'))).toHaveLength(1);
    expect(files['README.md']).toContain('# Harbour Receipts: connection of ada');
    expect(JSON.parse(files['connection-profile.json'] ?? '')).toMatchObject({
      channels: { 'tide-4417': { peers: { 'peer.sin': {}, 'peer.par': {} } } },
      peers: { 'peer.par': { url: 'grpcs://[::1]:7052', tlsCACerts: { pem: 'TLS ROOT\n' } } },
    });
  });

  it('has the key readable by its owner alone where permissions are kept', () => {
    const zip = Buffer.from(buildFabricKit(kit));
    const name = 'organizations/HarbourMSP/users/ada/msp/keystore/key.pem';
    // The last place of the name is the central directory's (APPNOTE 4.3.12): 46 bytes after the entry's beginning.
    const entry = zip.subarray(zip.lastIndexOf(name) - 46);
    expect([entry.readUInt32LE(0), entry.readUInt8(5), (entry.readUInt32LE(38) >>> 16).toString(8)]).toEqual([0x02014b50, 3, '600']);
    expect(zip.length).toBeLessThan(20_000);
  });

  it('is read by a shell as it is meant, whatever stands in names and arguments', () => {
    writeFileSync(path.join(directory, 'env.sh'), filesOf(kit)['env.sh'] ?? '');
    for (const shell of ['bash', 'sh']) {
      const output = execFileSync(shell, ['-c', '. ./env.sh && printf "%s\\n" "$CRYPTO_PATH" "$PEER_ENDPOINT" "$PEER_HOST_ALIAS" "$TLS_CERT_PATH" "$KEY_DIRECTORY_PATH" "$SUBMIT"'], { cwd: directory, encoding: 'utf8' });
      expect(output.split('\n')).toEqual([
        `${directory}/organizations/HarbourMSP`,
        'node.example.com:7051',
        'node.example.com',
        `${directory}/organizations/HarbourMSP/peers/sin/tls/ca.crt`,
        `${directory}/organizations/HarbourMSP/users/ada/msp/keystore`,
        JSON.stringify(['CreateAsset', "it's", '$(exit 3)', '5']),
        '',
      ]);
    }
    const elsewhere = execFileSync('bash', ['-c', `. ${directory}/env.sh && printf %s "$CRYPTO_PATH"`], { cwd: '/', encoding: 'utf8' });
    expect(elsewhere).toBe(`${directory}/organizations/HarbourMSP`);
  });

  it('is the same twice, and another one for another member', () => {
    expect(buildFabricKit(kit)).toEqual(buildFabricKit(kit));
    expect(buildFabricKit({ ...kit, member: { ...kit.member, name: 'bob' } })).not.toEqual(buildFabricKit(kit));
    expect(() => buildFabricKit({ ...kit, peers: [] })).toThrow('at least one peer');
  });
});
