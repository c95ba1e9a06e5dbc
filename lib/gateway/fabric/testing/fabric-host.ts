import { Client, credentials, type ChannelOptions } from '@grpc/grpc-js';
import { connect, signers, type Contract, type Gateway, type Network } from '@hyperledger/fabric-gateway';
import { common, gateway as messages, type peer } from '@hyperledger/fabric-protos';
import type { FabricIdentityName, FabricOrganisation } from '@/lib/control';
import { loadFabricTesting } from '@/lib/ledger/testing';
import { checkRequest, parsePublicKey } from '@/lib/x509';
import { testAuthority, type TestHost } from '../../testing/test-host';

const { anyMemberOf, approveDefinition, collections, commitDefinition, createTestOrganisation, installPackage } = await loadFabricTesting();
export type Organisation = ReturnType<typeof createTestOrganisation>;
export { createTestOrganisation };

const TEN_YEARS_MS = 3_600 * 86_400_000;

export function settingsOf({ root }: Organisation): FabricOrganisation {
  return { rootCertificates: [Buffer.from(root.pem).toString('utf8')] };
}

/** Configuration of a channel of these organisations. */
export function channelConfig(channelId: string, organisations: readonly Organisation[], orderers: Organisation): Record<string, unknown> {
  const describe = (one: Organisation) => ({ mspId: one.mspId, ...settingsOf(one) });
  return { channelId, organisations: organisations.map(describe), ordererOrganisations: [describe(orderers)] };
}

/** Makes the key of an organisation's peer or orderer on the host, and certifies it as the organisation's authority does. */
export async function giveIdentity(host: TestHost, organisation: Organisation, role: FabricIdentityName['role']): Promise<void> {
  const name = { mspId: organisation.mspId, role };
  const { request } = await host.client.fabricRequest(name);
  await host.client.putFabricCertificate(name, { certificate: organisation.certify(parsePublicKey(checkRequest(request)), role), organisation: settingsOf(organisation) });
}

/** One collection of private data, of which members of each of these organisations are members. */
export function collectionOf(name: string, mspIds: readonly string[], counts: { readonly required?: number; readonly max?: number } = {}): peer.CollectionConfigPackage {
  return collections({ name, members: anyMemberOf(mspIds), ...counts });
}

/** Official clients of one host over TLS; they believe the installation's root. */
export class FabricClients {
  readonly #opened: (Gateway | Client)[] = [];

  constructor(
    readonly host: TestHost,
    readonly channelId: string,
    readonly options: ChannelOptions = {},
  ) {}

  network(organisation: Organisation, unit = 'client', { pem, key } = organisation.issue({ units: [unit], notAfterMs: Date.now() + TEN_YEARS_MS })): Network {
    const client = new Client(`localhost:${this.host.join.fabric?.port}`, credentials.createSsl(Buffer.from(testAuthority.rootPem)), this.options);
    const gateway = connect({ client, identity: { mspId: organisation.mspId, credentials: pem }, signer: signers.newPrivateKeySigner(key) });
    this.#opened.push(gateway, client);
    return gateway.getNetwork(this.channelId);
  }

  contract(organisation: Organisation, chaincode: string, unit?: string): Contract {
    return this.network(organisation, unit).getContract(chaincode);
  }

  /** Bytes of a proposal that is to be signed, as the official client makes it. */
  propose(organisation: Organisation, user: ReturnType<Organisation['issue']>, chaincode: string, [name = '', ...args]: readonly string[]): Uint8Array {
    const proposal = this.network(organisation, 'client', user).getContract(chaincode).newProposal(name, { arguments: args });
    return messages.ProposedTransaction.deserializeBinary(proposal.getBytes()).getProposal()?.getProposalBytes_asU8() ?? new Uint8Array(0);
  }

  /** As an organisation's administrator installs a package; its id. */
  install(organisation: Organisation, bytes: Uint8Array): Promise<string> {
    return installPackage(this.contract(organisation, '_lifecycle', 'admin'), organisation.mspId, bytes);
  }

  approve(organisation: Organisation, name: string, packageId: string, of?: peer.CollectionConfigPackage): Promise<void> {
    return approveDefinition(this.contract(organisation, '_lifecycle', 'admin'), organisation.mspId, { name, collections: of }, packageId);
  }

  commit(organisation: Organisation, name: string, of?: peer.CollectionConfigPackage): Promise<void> {
    return commitDefinition(this.contract(organisation, '_lifecycle', 'admin'), { name, collections: of });
  }

  /** Bytes of the channel's blocks up to its height. */
  async blocks(organisation: Organisation): Promise<Uint8Array[]> {
    const network = this.network(organisation);
    const info = await network.getContract('qscc').evaluateTransaction('GetChainInfo', this.channelId);
    const height = common.BlockchainInfo.deserializeBinary(info).getHeight();
    const events = await network.getBlockEvents({ startBlock: 0n });
    const blocks: Uint8Array[] = [];
    try {
      for await (const block of events) {
        blocks.push(block.serializeBinary());
        if (blocks.length >= height) break;
      }
    } finally {
      events.close();
    }
    return blocks;
  }

  close(): void {
    for (const one of this.#opened.splice(0)) one.close();
  }
}
