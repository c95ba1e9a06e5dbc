import { strToU8, zipSync, type Zippable, type ZippableFile } from 'fflate';
import { buildConnectionProfile } from './connection-profile';
import { quickStart } from './quick-start';

/** A peer of the member's organisation, by its host's door. */
export interface KitPeer {
  /** Code of its city node: `SIN`. */
  readonly cityNode: string;
  /** `host:port`. */
  readonly address: string;
}

/** A transaction with its arguments, as text. */
export interface KitCall {
  readonly name: string;
  readonly arguments: readonly string[];
}

/** What somebody needs who calls a channel as a member of an organisation. */
export interface FabricKit {
  /** Of the application, for people. */
  readonly title: string;
  readonly channelId: string;
  readonly mspId: string;
  /** PEM of the organisation's roots and of what it revoked; by them an MSP directory is a whole one. */
  readonly rootCertificates: readonly string[];
  /** PEM of the root by which the doors' certificates are verified. */
  readonly tlsRoot: string;
  /** At least one; the first is called by the programs. */
  readonly peers: readonly KitPeer[];
  readonly member: { readonly name: string; /** PEM */ readonly certificate: string; /** PEM, PKCS#8 */ readonly privateKey: string };
  /** Name of the chaincode that the programs call, and what they write and read; absent: they read the channel's height. */
  readonly chaincode?: { readonly name: string; readonly submit?: KitCall | undefined; readonly evaluate: KitCall } | undefined;
  /** Milliseconds since 1970, of the files. */
  readonly madeAtMs: number;
}

/** A zip has times from 1980 on. */
const zipFirstMs = Date.UTC(1980, 0, 2);
/** Who made a file of a zip: only then are its permissions read. */
const UNIX = 3;

/**
 * A zip with the member's MSP directory as Fabric's tools lay it out, the doors' root, a connection profile, `env.sh` with the
 * variables of Fabric's official sample applications, and a small program that runs as it stands. Whoever holds it is that
 * member: its private key is in it, and nowhere here.
 */
export function buildFabricKit(kit: FabricKit): Uint8Array {
  const { mspId, member, peers, tlsRoot } = kit;
  const [first] = peers;
  if (first === undefined) throw new TypeError('a kit names at least one peer');
  const secret = (text: string): ZippableFile => [strToU8(text), { attrs: (0o600 << 16) >>> 0, os: UNIX }];
  const peerFolders = Object.fromEntries(peers.map(({ cityNode }) => [cityNode.toLowerCase(), { tls: { 'ca.crt': strToU8(tlsRoot) } }]));
  const files: Zippable = {
    'README.md': strToU8(readme(kit, first)),
    'connection-profile.json': strToU8(`${JSON.stringify(buildConnectionProfile(kit), null, 2)}\n`),
    'env.sh': strToU8(environment(kit, first)),
    'quick-start': {
      'package.json': strToU8(`${JSON.stringify(quickStart.packageJson, null, 2)}\n`),
      'index.mjs': strToU8(quickStart.program),
    },
    organizations: {
      [mspId]: {
        peers: peerFolders,
        users: {
          [member.name]: {
            msp: {
              cacerts: Object.fromEntries(kit.rootCertificates.map((pem, at) => [`ca-${at + 1}.pem`, strToU8(pem)])),
              'config.yaml': strToU8(nodeUnits),
              keystore: { 'key.pem': secret(member.privateKey) },
              signcerts: { 'cert.pem': strToU8(member.certificate) },
            },
          },
        },
      },
    },
  };
  return zipSync(files, { mtime: new Date(Math.max(kit.madeAtMs, zipFirstMs)), level: 6 });
}

/** Fabric's own file: units of a certificate's name say its role. */
const nodeUnits = `NodeOUs:
  Enable: true
  ClientOUIdentifier:
    Certificate: cacerts/ca-1.pem
    OrganizationalUnitIdentifier: client
  PeerOUIdentifier:
    Certificate: cacerts/ca-1.pem
    OrganizationalUnitIdentifier: peer
  AdminOUIdentifier:
    Certificate: cacerts/ca-1.pem
    OrganizationalUnitIdentifier: admin
  OrdererOUIdentifier:
    Certificate: cacerts/ca-1.pem
    OrganizationalUnitIdentifier: orderer
`;

/** One word of a POSIX shell, whatever is in it. */
const word = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;

function environment({ channelId, mspId, member, chaincode }: FabricKit, first: KitPeer): string {
  const calls = chaincode && {
    CHAINCODE_NAME: chaincode.name,
    ...(chaincode.submit === undefined ? {} : { SUBMIT: JSON.stringify([chaincode.submit.name, ...chaincode.submit.arguments]) }),
    EVALUATE: JSON.stringify([chaincode.evaluate.name, ...chaincode.evaluate.arguments]),
  };
  const values = { CHANNEL_NAME: channelId, MSP_ID: mspId, PEER_ENDPOINT: first.address, PEER_HOST_ALIAS: hostOf(first.address), ...calls };
  const lines = Object.entries(values).map(([name, value]) => `export ${name}=${word(value)}`);
  return `# Variables of Fabric's sample applications (application-gateway-typescript and its like), and of quick-start.
# In the shell from which you start one of them:  . ./env.sh
if [ -n "\${BASH_SOURCE:-}" ]; then kit_file="\${BASH_SOURCE[0]}"; else kit_file="\${0}"; fi
case "\${kit_file}" in */env.sh | env.sh) kit="$(cd "$(dirname "\${kit_file}")" && pwd)" ;; *) kit="$(pwd)" ;; esac
export CRYPTO_PATH="\${kit}"/organizations/${word(mspId)}
export KEY_DIRECTORY_PATH="\${CRYPTO_PATH}"/users/${word(member.name)}/msp/keystore
export CERT_DIRECTORY_PATH="\${CRYPTO_PATH}"/users/${word(member.name)}/msp/signcerts
export TLS_CERT_PATH="\${CRYPTO_PATH}"/peers/${word(first.cityNode.toLowerCase())}/tls/ca.crt
${lines.join('\n')}
`;
}

/** Without the port; an IPv6 address without its brackets. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function readme({ title, channelId, mspId, member, peers }: FabricKit, first: KitPeer): string {
  const rows = peers.map(({ cityNode, address }) => `| ${cityNode} | \`${address}\` |`).join('\n');
  return `# ${title.replaceAll(/[\r\n]+/g, ' ')}: connection of ${member.name}

Channel \`${channelId}\`, organisation \`${mspId}\`.

| city node | Fabric gateway |
|---|---|
${rows}

**Keep this folder secret**: \`organizations/${mspId}/users/${member.name}/msp/keystore/key.pem\` is the only copy of your private
key. Whoever has it acts as you. If it was seen by others, have the certificate revoked in the portal.

## First transaction

\`\`\`
. ./env.sh
cd quick-start && npm install && npm start
\`\`\`

## Fabric's sample applications

\`. ./env.sh\`, then in \`fabric-samples/asset-transfer-basic/application-gateway-typescript\`: \`npm install && npm start\`.
The same variables are read by the samples in Go and Java.

## Your own program

\`@hyperledger/fabric-gateway\` for Node.js, Go or Java: address \`${first.address}\`, root certificate
\`organizations/${mspId}/peers/${first.cityNode.toLowerCase()}/tls/ca.crt\`, certificate and key of \`users/${member.name}/msp\`.
Clients that want a connection profile find it in \`connection-profile.json\`.
`;
}
