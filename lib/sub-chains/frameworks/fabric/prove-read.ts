import type { StepOutcome } from '@/lib/operations';
import { contractPackageSchema } from '@/lib/templates';
import type { LoadedSubChain } from '../../load-sub-chain';
import type { ProvisionContext } from '../sub-chain-framework';
import { asAdministrator, onePeerPerHost } from './organisation';

/** Every contract of Fabric's contract API answers it. */
const describeContract = 'org.hyperledger.fabric:GetMetadata';

/**
 * Proves the way that clients will take, through every host's door: Fabric's client over TLS, with a certificate of the
 * organisation, is answered by the chaincode in its sandbox, which a real transaction has put there; or, where there is none
 * yet, by the channel's lifecycle.
 */
export async function proveRead(subChain: LoadedSubChain, { signal }: Pick<ProvisionContext, 'signal'>): Promise<StepOutcome> {
  const { contractPackage } = subChain.application;
  const chosen = contractPackage === null ? undefined : contractPackageSchema.parse(contractPackage);
  const chaincode = chosen?.kind === 'chaincode' ? chosen.name : undefined;
  const peers = onePeerPerHost(subChain);
  await asAdministrator(subChain, peers, signal, (lifecycles) => Promise.all(lifecycles.map((one) => (chaincode === undefined ? one.listDefinitions() : one.evaluate(chaincode, describeContract)))));
  const asked = chaincode === undefined ? 'The channel' : `The chaincode ${chaincode}`;
  return { message: peers.length === 1 ? `${asked} answers through the gateway.` : `${asked} answers through all ${peers.length} gateways.` };
}
