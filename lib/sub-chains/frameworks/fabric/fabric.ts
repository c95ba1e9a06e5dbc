import type { SubChainFramework } from '../sub-chain-framework';
import { deployChaincode } from './deploy-chaincode';
import { endpointOf, foundingMsp } from './organisation';
import { prepareHosts, releaseHosts } from './prepare-hosts';
import { proveRead } from './prove-read';

export const fabric: SubChainFramework = {
  /** The channel has the sub-chain's name. Its publisher's organisation endorses and orders; others come in by a change of the configuration. */
  async genesisConfig(subChain) {
    const msp = await foundingMsp(subChain);
    return { channelId: subChain.slug, organisations: [msp], ordererOrganisations: [msp] };
  },
  prepareHosts,
  releaseHosts,
  endpointOf,
  deploy: deployChaincode,
  prove: proveRead,
};
