/** A program for the official client of Node.js that runs with the variables of `env.sh`. */
export const quickStart = {
  packageJson: {
    name: 'quick-start',
    private: true,
    type: 'module',
    scripts: { start: 'node index.mjs' },
    dependencies: { '@grpc/grpc-js': '^1.14.0', '@hyperledger/fabric-gateway': '^1.10.0', '@hyperledger/fabric-protos': '^0.3.7' },
  },
  program: `import { Client, credentials } from '@grpc/grpc-js';
import { connect, signers } from '@hyperledger/fabric-gateway';
import { common } from '@hyperledger/fabric-protos';
import { createHash, createPrivateKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const { CHANNEL_NAME, CHAINCODE_NAME, MSP_ID, PEER_ENDPOINT, TLS_CERT_PATH, KEY_DIRECTORY_PATH, CERT_DIRECTORY_PATH, SUBMIT, EVALUATE } = process.env;
if (!PEER_ENDPOINT) throw new Error('Read env.sh first:  . ../env.sh');
const onlyFile = (directory) => readFileSync(path.join(directory, readdirSync(directory)[0]));
const text = (bytes) => Buffer.from(bytes).toString('utf8');
// Another entry at each run.
const now = String(Date.now());
const callOf = (json) => JSON.parse(json.replaceAll('{now}', now).replaceAll('{sha256}', createHash('sha256').update(now).digest('hex')));

const client = new Client(PEER_ENDPOINT, credentials.createSsl(readFileSync(TLS_CERT_PATH)));
const gateway = connect({
  client,
  identity: { mspId: MSP_ID, credentials: onlyFile(CERT_DIRECTORY_PATH) },
  signer: signers.newPrivateKeySigner(createPrivateKey(onlyFile(KEY_DIRECTORY_PATH))),
});
try {
  const network = gateway.getNetwork(CHANNEL_NAME);
  if (CHAINCODE_NAME) {
    const contract = network.getContract(CHAINCODE_NAME);
    if (SUBMIT) {
      const [name, ...args] = callOf(SUBMIT);
      const transaction = await contract.submitAsync(name, { arguments: args });
      const { blockNumber, code } = await transaction.getStatus();
      console.log(\`\${name}: block \${blockNumber}, validation code \${code}, transaction \${transaction.getTransactionId()}\`);
    }
    const [name, ...args] = callOf(EVALUATE);
    console.log(\`\${name}: \${text(await contract.evaluateTransaction(name, ...args))}\`);
  } else {
    const info = common.BlockchainInfo.deserializeBinary(await network.getContract('qscc').evaluateTransaction('GetChainInfo', CHANNEL_NAME));
    console.log(\`Channel \${CHANNEL_NAME} has \${info.getHeight()} blocks.\`);
  }
} finally {
  gateway.close();
  client.close();
}
`,
} as const;
