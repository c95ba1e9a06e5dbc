import { encodeFunctionData, getContractAddress, toHex, type Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { contractOf, ethereumPackageSchema, encodeDeployment } from '@/lib/templates';

/** Keys of the bench, the same in every run: the first deploys, the others send. */
const deployer = keyOf(1);
const receiver = keyOf(999).address;

/** One sender's signed transactions, in the order of their sequence. */
export type Lane = Hex[];

export interface Round {
  /** One request each. */
  readonly single: readonly Lane[];
  /** Sent in batches. */
  readonly batched: readonly Lane[];
}

export interface Workload {
  /** Deploys the token and hands some to each sender; sent one after the other. */
  readonly setup: readonly Hex[];
  readonly deployer: Hex;
  readonly senders: readonly Hex[];
  readonly rounds: readonly Round[];
}

export interface WorkloadShape {
  readonly chainId: number;
  readonly lanes: number;
  readonly rounds: number;
  readonly singlePerLane: number;
  readonly batchedPerLane: number;
}

/** Signs everything before the clock starts. The same bytes are valid on every node with this chain id. */
export async function signWorkload(shape: WorkloadShape): Promise<Workload> {
  const { chainId, lanes } = shape;
  const token = ethereumPackageSchema.parse({
    kind: 'template',
    template: 'erc20',
    parameters: { name: 'Bench', symbol: 'BNC', initialSupply: '1000000', owner: deployer.address },
  });
  const { abi } = contractOf(token);
  const address = getContractAddress({ from: deployer.address, nonce: 0n });
  const senders = Array.from({ length: lanes }, (_, index) => keyOf(index + 2));
  const sign = (key: typeof deployer, nonce: number, fields: { to?: Hex; data: Hex; gas: bigint }) =>
    key.signTransaction({ type: 'eip1559', chainId, nonce, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, ...fields });
  const transfer = (to: Hex, amount: bigint) => encodeFunctionData({ abi, functionName: 'transfer', args: [to, amount] });

  const setup = [await sign(deployer, 0, { data: encodeDeployment(token), gas: 3_000_000n })];
  for (const [index, sender] of senders.entries()) {
    setup.push(await sign(deployer, index + 1, { to: address, data: transfer(sender.address, 10n ** 18n), gas: 100_000n }));
  }
  const nonces = senders.map(() => 0);
  const lane = (index: number, count: number) =>
    Promise.all(Array.from({ length: count }, () => sign(senders[index]!, nonces[index]!++, { to: address, data: transfer(receiver, 1n), gas: 100_000n })));
  const rounds: Round[] = [];
  for (let round = 0; round < shape.rounds; round++) {
    const single: Lane[] = [];
    const batched: Lane[] = [];
    for (let index = 0; index < lanes; index++) single.push(await lane(index, shape.singlePerLane));
    for (let index = 0; index < lanes; index++) batched.push(await lane(index, shape.batchedPerLane));
    rounds.push({ single, batched });
  }
  return { setup, deployer: deployer.address, senders: senders.map((sender) => sender.address), rounds };
}

function keyOf(number: number) {
  return privateKeyToAccount(toHex(number, { size: 32 }));
}
