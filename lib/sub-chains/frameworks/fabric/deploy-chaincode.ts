import { setTimeout as delay } from 'node:timers/promises';
import type { Lifecycle } from '@/lib/fabric-lifecycle';
import type { StepOutcome } from '@/lib/operations';
import { AppError, assert } from '@/lib/platform';
import { chaincodePackageOf, contractPackageSchema } from '@/lib/templates';
import type { LoadedSubChain } from '../../load-sub-chain';
import type { ProvisionContext } from '../sub-chain-framework';
import { asAdministrator, onePeerPerHost } from './organisation';

const arrivesWithinMs = 8_000;
const pollMs = 100;

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
    await Promise.all(lifecycles.map((one) => awaitDefinition(one, name, signal)));
    return { result: { chaincode: name, packageId: packageIds[0] }, message: `The chaincode ${name} is installed${lifecycles.length === 1 ? '' : ` on ${lifecycles.length} hosts`}, approved and committed.` };
  });
}

/** The block with the definition comes to the other hosts a moment later: before it does, their gateways know no such chaincode. */
async function awaitDefinition(lifecycle: Lifecycle, name: string, signal: AbortSignal): Promise<void> {
  const endMs = Date.now() + arrivesWithinMs;
  while (!(await lifecycle.listDefinitions()).some((one) => one.name === name)) {
    if (Date.now() >= endMs) throw new AppError('UNAVAILABLE', { what: 'peer' }, { publicMessage: 'Not every peer has the block with the chaincode yet. It is looked at again.' });
    await delay(pollMs, undefined, { signal });
  }
}
