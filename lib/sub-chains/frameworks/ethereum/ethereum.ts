import type { SubChainFramework } from '../sub-chain-framework';
import { deployContract } from './deploy-contract';
import { proveTransfer } from './prove-transfer';

export const ethereum: SubChainFramework = {
  genesisConfig: async ({ chainId }) => ({ chainId: chainId.toString() }),
  deploy: deployContract,
  prove: proveTransfer,
};
