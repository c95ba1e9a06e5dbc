import { Client, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { CommitError, connect, GatewayError, signers, type Contract, type Gateway } from '@hyperledger/fabric-gateway';
import { createHash, type KeyObject } from 'node:crypto';
import { AppError } from '@/lib/platform/pure/errors';
import { LIFECYCLE_MS_MAX, messages, type Definition, type InstalledPackage } from './lifecycle-messages';

/** A host's door for Fabric's clients, and the channel. */
export interface LifecycleDoor {
  /** `host:port`. */
  readonly address: string;
  /** PEM of the root by which the door's certificate is verified. */
  readonly tlsRoot: string;
  readonly channelId: string;
}

/** As whom it is spoken: administrator of an organisation. */
export interface Member {
  readonly mspId: string;
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

/**
 * A channel's chaincodes as an organisation's administrator deals with them, by Fabric's own client through a host's door.
 * Every call throws AppError: UNAVAILABLE (retryable) when the door is not there or a peer is away, INVALID_INPUT with
 * Fabric's words for what the chaincode lifecycle refuses, FORBIDDEN for who may not, CONFLICT when another change came first.
 */
export interface Lifecycle {
  /** Packages on the organisation's peer at this host. */
  listInstalled(): Promise<InstalledPackage[]>;
  /** Idempotent: the id of a package that is there already is answered, too. */
  install(bytes: Uint8Array): Promise<string>;
  /** For the member's organisation; durable on this host when it answers. Idempotent for the same definition and package. */
  approve(definition: Definition, packageId?: string): Promise<void>;
  /** Whose approval of exactly this definition stands, by MSP id. */
  checkReadiness(definition: Definition): Promise<Map<string, boolean>>;
  commit(definition: Definition): Promise<void>;
  /** In force at this host's peer. */
  listDefinitions(): Promise<Definition[]>;
  /** What a contract answers to a read, proven through this host's gateway. */
  evaluate(chaincode: string, transaction: string): Promise<Uint8Array>;
  close(): void;
}

export function openLifecycle({ address, tlsRoot, channelId }: LifecycleDoor, { mspId, certificate, privateKey }: Member): Lifecycle {
  const client = new Client(address, credentials.createSsl(Buffer.from(tlsRoot)));
  const deadline = () => ({ deadline: Date.now() + LIFECYCLE_MS_MAX });
  const gateway: Gateway = connect({
    client,
    identity: { mspId, credentials: Buffer.from(certificate) },
    signer: signers.newPrivateKeySigner(privateKey),
    hash: (message) => createHash('sha256').update(message).digest(),
    evaluateOptions: deadline,
    endorseOptions: deadline,
    submitOptions: deadline,
    commitStatusOptions: deadline,
  });
  const network = gateway.getNetwork(channelId);
  const contract: Contract = network.getContract('_lifecycle');
  const own = { endorsingOrganizations: [mspId] };
  const evaluate = (name: string, args: Uint8Array) => translated(() => contract.evaluate(name, { arguments: [args], ...own }));
  const listInstalled = async () => messages.installed(await evaluate('QueryInstalledChaincodes', messages.queryInstalled()));
  return {
    listInstalled,
    async install(bytes) {
      try {
        return messages.installedId(await evaluate('InstallChaincode', messages.install(bytes)));
      } catch (error) {
        // Fabric calls it a failure; its id stands in the words alone.
        const [, packageId] = (error instanceof AppError && /chaincode already successfully installed \(package ID '([^']+)'\)/.exec(error.publicMessage)) || [];
        if (packageId === undefined) throw error;
        return packageId;
      }
    },
    async approve(definition, packageId) {
      try {
        await translated(() => contract.submit('ApproveChaincodeDefinitionForMyOrg', { arguments: [messages.approve(definition, packageId)], ...own }));
      } catch (error) {
        // The answer to an earlier call got lost.
        if (error instanceof AppError && /attempted to redefine uncommitted sequence \(\d+\) for namespace \S+ with unchanged content/.test(error.publicMessage)) return;
        throw error;
      }
    },
    async checkReadiness(definition) {
      return messages.readiness(await evaluate('CheckCommitReadiness', messages.checkReadiness(definition)));
    },
    async commit(definition) {
      await translated(() => contract.submit('CommitChaincodeDefinition', { arguments: [messages.commit(definition)] }));
    },
    async listDefinitions() {
      return messages.definitions(await evaluate('QueryChaincodeDefinitions', messages.queryDefinitions()));
    },
    evaluate: (chaincode, transaction) => translated(() => network.getContract(chaincode).evaluateTransaction(transaction)),
    close() {
      gateway.close();
      client.close();
    },
  };
}

const passing = new Set<number>([status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.RESOURCE_EXHAUSTED, status.CANCELLED]);

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof CommitError) throw new AppError('CONFLICT', { subject: 'transaction' }, { publicMessage: `Another change of the chaincodes came first: ${error.message} Look again, then try once more.`, cause: error });
    if (!(error instanceof GatewayError)) throw error;
    const words = wordsOf(error);
    if (passing.has(error.code)) throw new AppError('UNAVAILABLE', { what: 'Fabric gateway' }, { publicMessage: `A peer of the channel does not answer: ${words}`, cause: error });
    if (error.code === status.PERMISSION_DENIED || error.code === status.UNAUTHENTICATED) throw new AppError('FORBIDDEN', {}, { publicMessage: words, cause: error });
    throw new AppError('INVALID_INPUT', { fields: { chaincode: words } }, { publicMessage: words, cause: error });
  }
}

/** What the peers said, where they said something: the gateway's own message only counts them. */
function wordsOf(error: GatewayError): string {
  const details = error.details.map(({ mspId, message }) => `${mspId}: ${message}`);
  return details.length > 0 ? details.join('; ') : (error.cause as ServiceError).details || error.message;
}
