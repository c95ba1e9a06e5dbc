import { controlClientOf } from '@/lib/city-nodes';
import type { StepOutcome } from '@/lib/operations';
import { AppError, assert } from '@/lib/platform';
import { encodeDeployment, ethereumPackageSchema } from '@/lib/templates';
import { peerName, type LoadedSubChain } from '../../load-sub-chain';
import type { ProvisionContext } from '../sub-chain-framework';

/** The ordering peer deploys the contract package; the city node remembers the first call, so it is deployed once. */
export async function deployContract(subChain: LoadedSubChain, { signal }: Pick<ProvisionContext, 'signal'>): Promise<StepOutcome> {
  const { contractPackage } = subChain.application;
  if (contractPackage === null) return { message: 'Nothing to deploy: the application has no contract package.' };
  const [orderer] = subChain.peers;
  assert(orderer?.orders, 'the first peer orders');
  const data = encodeDeployment(ethereumPackageSchema.parse(contractPackage));
  const deployed = await controlClientOf(orderer.host).deploy(peerName(subChain, orderer), data, { signal });
  if (!deployed.succeeded) {
    const publicMessage = `The contract package could not be deployed: ${deployed.reason ?? 'its constructor failed'}.`;
    throw new AppError('INVALID_INPUT', { fields: { contractPackage: publicMessage } }, { publicMessage });
  }
  const { contractAddress, transactionHash, height } = deployed;
  return {
    result: { contractAddress, transactionHash, height },
    message: `The contract stands at ${contractAddress}.`,
    async commit(tx) {
      await tx.subChain.update({ where: { id: subChain.id }, data: { contractAddress } });
    },
  };
}
