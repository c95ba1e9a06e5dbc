import { createChannel, type Channel } from '../../../frameworks/fabric/channel';
import type { FabricConfig } from '../../../frameworks/fabric/config';
import { initGenesis } from '../../../frameworks/fabric/init-genesis';
import { TestChannel } from '../../../frameworks/fabric/testing/test-channel';
import { createTestOrganisation, type TestSigner } from '../../../frameworks/fabric/testing/test-organisation';
import type { ExecutedBlock } from '../../../core/framework';
import { chainId, timeMs, type ChainId } from '../../../core/types';

export const ORGANISATIONS = ['Org1MSP', 'Org2MSP', 'Org3MSP'] as const;
export type Organisation = (typeof ORGANISATIONS)[number];

/**
 * Everybody who has a key in a simulated channel. Keys and signatures are by chance and differ from process to process:
 * nothing that a seed decides looks at them. Made once for all seeds, as certificates take time.
 */
export interface People {
  readonly chain: ChainId;
  readonly config: FabricConfig;
  readonly channel: Channel;
  readonly genesis: ExecutedBlock;
  readonly orderer: TestSigner;
  /** Knows nobody of the channel. */
  readonly stranger: TestSigner;
  /** The peer of an organisation on a host. */
  peer(organisation: Organisation, host: number): TestSigner;
  client(organisation: Organisation, unit: 'client' | 'admin'): TestSigner;
}

const GENESIS_TIME = timeMs(1_760_000_000_000);
let known: People | undefined;

export function findPeople(): People {
  known ??= createPeople();
  return known;
}

function createPeople(): People {
  const made = new TestChannel(ORGANISATIONS);
  const chain = chainId('simulated-channel');
  const signers = new Map<string, TestSigner>();
  const issue = (organisation: Organisation, unit: string, host: number): TestSigner => {
    const name = `${organisation} ${unit} ${host}`;
    const found = signers.get(name) ?? made.organisations[ORGANISATIONS.indexOf(organisation)]?.issue({ units: [unit] });
    if (found === undefined) throw new Error(`there is no ${organisation}`);
    signers.set(name, found);
    return found;
  };
  return {
    chain,
    config: made.config,
    channel: createChannel(made.config),
    genesis: initGenesis(chain, made.config, { time: GENESIS_TIME }),
    orderer: made.orderer,
    stranger: createTestOrganisation(ORGANISATIONS[0]).issue({ units: ['client'] }),
    peer: (organisation, host) => issue(organisation, 'peer', host),
    client: (organisation, unit) => issue(organisation, unit, 0),
  };
}
