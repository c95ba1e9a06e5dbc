import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../core/crypto';
import { TransactionRefused } from '../core/framework';
import { createInProcessNetwork } from '../core/in-process-network';
import { chainId, timeMs, type ChainId } from '../core/types';
import { openLedgerHost } from '../open-ledger-host';
import { counterFramework, encodeCounterTransaction } from './counter-framework';
import { createRealPorts } from './real-ports';
import { TEST_EPOCH_MS } from './manual-ports';

/** Load between two genesis blocks. */
const ANSWERS_BETWEEN = 30;

/**
 * A process of its own for whoever kills one (`kill-run.ts`): opens the directory of its first argument, opens one
 * sub-chain after another there and puts load on all of them until it is killed. The second argument is a JSON object:
 * the sub-chains, with the public key (hex) of the peer that follows each. Each acknowledgement is a line of its output:
 * `key <chain> <public key>`, `genesis <chain> <hash>`, `final <chain> <height> <index> <id>`.
 */
const [directory, followers] = process.argv.slice(2);
if (directory === undefined || followers === undefined) throw new Error('usage: kill-process <directory> <followers>');
const chains = Object.entries(JSON.parse(followers) as Record<string, string>).map(([name, key]) => ({ chain: chainId(name), followerKey: Buffer.from(key, 'hex') }));
const { link, enter } = createInProcessNetwork().connect();
const host = await openLedgerHost({ directory, keyEncryptionKey: new Uint8Array(32).fill(5), frameworks: [counterFramework], link, ports: createRealPorts({ haste: 10 }) });
enter('C0', host);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say('open');

const life = randomBytes(8).toString('hex');
let answers = 0;
let onAnswer: () => void = () => undefined;
const submit = async (chain: ChainId): Promise<never> => {
  for (let sequence = 1; ; sequence += 1) {
    const bytes = encodeCounterTransaction({ account: '', sequence, counter: `${life} ${sequence % 4}`, add: 1 });
    const answer = await host.submit(chain, bytes).catch((error: unknown) => {
      // Both submitters of a sub-chain send the same, sometimes at the same time: that is an answer, too.
      if (error instanceof TransactionRefused) return undefined;
      throw error;
    });
    if (answer?.state === 'final') say(`final ${chain} ${answer.height} ${answer.index} ${sha256Hex(bytes)}`);
    answers += 1;
    onAnswer();
  }
};
const answered = async (wanted: number): Promise<void> => {
  while (answers < wanted) await new Promise<void>((resolve) => (onAnswer = resolve));
};

const running: Promise<never>[] = [];
for (const { chain, followerKey } of chains) {
  if (!host.has(chain)) {
    // Under load, if there is any yet.
    if (running.length > 0) await answered(answers + ANSWERS_BETWEEN);
    const { publicKey } = await host.createPeer(chain);
    say(`key ${chain} ${Buffer.from(publicKey).toString('hex')}`);
    const peers = [{ name: 'C0', publicKey, orders: true }, { name: 'C1', publicKey: followerKey, orders: false }];
    const { genesisHash } = await host.createChain({ chain, framework: 'counter', config: {}, time: timeMs(TEST_EPOCH_MS), finality: 'solo', peers });
    say(`genesis ${chain} ${genesisHash}`);
  }
  running.push(submit(chain), submit(chain));
}
await Promise.all(running);
