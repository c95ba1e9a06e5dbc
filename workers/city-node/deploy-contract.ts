import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { DeployResult, PeerName } from '@/lib/control';
import { assert } from '@/lib/platform/pure/assert';
import { AppError } from '@/lib/platform/pure/errors';
import type { Deployment, HostRegister } from './host-register';
import { ProtocolError, type PeerDoor } from './peer-doors';

/** Gas of a deployment; free on these sub-chains. EIP-7825's cap of a single transaction. */
const deployGas = 16_777_216n;
const deployMsMax = 45_000;

const receiptSchema = z.object({ status: z.enum(['0x0', '0x1']), blockNumber: z.string(), contractAddress: z.string() });

export interface DeployContext {
  readonly register: HostRegister;
  readonly door: PeerDoor;
}

/**
 * Deploys a contract package on an Ethereum sub-chain by its ordering peer's deployer key, which is made here, used for
 * this one transaction (nonce 0), and forgotten with its result: whatever rights the contract gave it are nobody's then. Remembered before it is sent, so that a repetition, also after a crash at any
 * point, sends the same bytes again and finds the same contract.
 * @throws AppError CONFLICT when other data was deployed before
 */
export async function deployContract(peer: PeerName, data: string, { register, door }: DeployContext): Promise<DeployResult> {
  const dataHash = createHash('sha256').update(data.toLowerCase()).digest('hex');
  let deployment = register.findDeployment(peer) ?? (await beginDeployment(peer, dataHash, register));
  if (deployment.dataHash !== dataHash) {
    // A package that the sub-chain refused to take left nothing behind: its key may sign another one.
    if (deployment.result || (await isNonceUsed(deployment, door))) throw otherDeployed();
    deployment = { ...deployment, dataHash };
    await register.putDeployment(deployment);
  }
  if (deployment.result) return deployment.result;
  const result = await sendDeployment(deployment, data, door);
  await register.putDeployment({ ...deployment, result });
  return result;
}

function otherDeployed(): AppError<'CONFLICT'> {
  return new AppError('CONFLICT', { subject: 'deployment' }, { publicMessage: 'Another contract package was deployed on this sub-chain before.' });
}

async function accountOf(deployment: Deployment) {
  const { privateKeyToAccount } = await import('viem/accounts');
  assert(deployment.privateKey !== undefined, 'a deployment without a result has its key');
  return privateKeyToAccount(`0x${Buffer.from(deployment.privateKey).toString('hex')}`);
}

async function isNonceUsed(deployment: Deployment, door: PeerDoor): Promise<boolean> {
  const { address } = await accountOf(deployment);
  return (await door.call('eth_getTransactionCount', [address, 'latest'], AbortSignal.timeout(deployMsMax))) !== '0x0';
}

async function beginDeployment(peer: PeerName, dataHash: string, register: HostRegister): Promise<Deployment> {
  const { generatePrivateKey } = await import('viem/accounts');
  const deployment: Deployment = { chain: peer.chain, cityNode: peer.cityNode, dataHash, privateKey: new Uint8Array(Buffer.from(generatePrivateKey().slice(2), 'hex')) };
  await register.putDeployment(deployment);
  return deployment;
}

async function sendDeployment(deployment: Deployment, data: string, door: PeerDoor): Promise<DeployResult> {
  const account = await accountOf(deployment);
  const signal = AbortSignal.timeout(deployMsMax);
  const call = (method: string, params: unknown[]) => door.call(method, params, signal);
  const chainId = Number(await call('eth_chainId', []));
  const raw = await account.signTransaction({ type: 'eip1559', chainId, nonce: 0, gas: deployGas, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, data: data as `0x${string}` });
  // Sent before, in a call that was not answered: the transaction is in a block, and its nonce used.
  if (!(await isNonceUsed(deployment, door))) await call('eth_sendRawTransaction', [raw]);
  const { keccak256 } = await import('viem');
  const transactionHash = keccak256(raw);
  const receipt = receiptSchema.parse(await call('eth_getTransactionReceipt', [transactionHash]));
  const succeeded = receipt.status === '0x1';
  return {
    transactionHash,
    contractAddress: receipt.contractAddress,
    height: Number(receipt.blockNumber),
    succeeded,
    ...(succeeded ? {} : { reason: await findReason(call, account.address, data) }),
  };
}

/** Why the constructor failed: the same creation as a call, whose error carries the revert reason. */
async function findReason(call: (method: string, params: unknown[]) => Promise<unknown>, from: string, data: string): Promise<string> {
  try {
    await call('eth_call', [{ from, data, gas: `0x${deployGas.toString(16)}` }, 'latest']);
    return 'The deployment failed and its repetition as a call did not: the constructor depends on where it runs.';
  } catch (error) {
    if (error instanceof ProtocolError) return error.message;
    throw error;
  }
}
