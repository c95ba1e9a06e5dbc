import type { StepOutcome } from '@/lib/operations';
import { AppError, assert } from '@/lib/platform';
import { chaincodePackageOf, contractPackageSchema } from '@/lib/templates';
import type { LoadedSubChain } from '../../load-sub-chain';
import type { ProvisionContext } from '../sub-chain-framework';
import { asAdministrator, onePeerPerHost } from './organisation';

/** Installs the chaincode on the organisation's peer of each host, approves and commits it. What an earlier try did is found and left. */
export async function deployChaincode(subChain: LoadedSubChain, { signal }: Pick<ProvisionContext, 'signal'>): Promise<StepOutcome> {
  const { contractPackage } = subChain.application;
  if (contractPackage === null) return { message: 'Nothing to deploy: the application has no chaincode yet.' };
  const chosen = contractPackageSchema.parse(contractPackage);
  if (chosen.kind !== 'chaincode') throw new AppError('UNSUPPORTED', { what: chosen.kind }, { publicMessage: 'This contract package is not for Hyperledger Fabric.' });
  const { name, template } = chosen;
  const { bytes, version } = chaincodePackageOf(template);
  return asAdministrator(subChain, onePeerPerHost(subChain), signal, async (lifecycles) => {
    const [first] = lifecycles;
    assert(first !== undefined, 'a sub-chain has a peer');
    const isCommitted = (await first.listDefinitions()).some((one) => one.name === name);
    const packageIds = await Promise.all(lifecycles.map((one) => one.install(bytes)));
    const definition = { name, version, sequence: 1 };
    if (!isCommitted) {
      await first.approve(definition, packageIds[0]);
      await first.commit(definition);
    }
    return { result: { chaincode: name, packageId: packageIds[0] }, message: `The chaincode ${name} is installed${lifecycles.length === 1 ? '' : ` on ${lifecycles.length} hosts`}, approved and committed.` };
  });
}
