import { formatEndpoint } from '@/lib/gateway';
import type { SubChainFramework } from '../sub-chain-framework';
import { deployContract } from './deploy-contract';
import { proveTransfer } from './prove-transfer';

export const ethereum: SubChainFramework = {
  genesisConfig: async ({ chainId }) => ({ chainId: chainId.toString() }),
  endpointOf: ({ slug }, { host, cityNode }) => formatEndpoint(host.gatewayUrl, cityNode.code, slug),
  deploy: deployContract,
  prove: proveTransfer,
};
