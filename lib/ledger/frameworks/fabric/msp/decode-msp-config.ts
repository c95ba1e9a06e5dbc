import { FabricRefusal, readWithin } from './refusal';
import { readWire, type WireMessage } from './wire';

/** An organisational unit and, when given, the authority (PEM) whose certificates it concerns. */
export interface UnitIdentifier {
  readonly unit: string;
  /** Empty when any authority will do. */
  readonly certificate: Uint8Array;
}

export interface NodeUnits {
  readonly isEnabled: boolean;
  readonly client: UnitIdentifier | undefined;
  readonly peer: UnitIdentifier | undefined;
  readonly admin: UnitIdentifier | undefined;
  readonly orderer: UnitIdentifier | undefined;
}

/** msp.FabricMSPConfig. Certificates are PEM, revocation lists PEM or DER, as they came. */
export interface MspConfig {
  readonly name: string;
  readonly roots: readonly Uint8Array[];
  readonly intermediates: readonly Uint8Array[];
  readonly admins: readonly Uint8Array[];
  readonly revocationLists: readonly Uint8Array[];
  readonly unitIdentifiers: readonly UnitIdentifier[];
  /** Empty means Fabric's default. */
  readonly signatureHashFamily: string;
  readonly identityHash: string;
  readonly tlsRoots: readonly Uint8Array[];
  readonly tlsIntermediates: readonly Uint8Array[];
  readonly nodeUnits: NodeUnits | undefined;
}

const configBytesMax = 8 * 1024 * 1024;
const nameLengthMax = 128;
const authoritiesMax = 100;
const adminsMax = 500;
const revocationListsMax = 100;
const unitsMax = 500;

/** Of msp.MSPConfig.type; Idemix and others are not supported. */
const fabricType = 0;

/**
 * Decodes a serialised msp.MSPConfig as it stands in a channel's configuration.
 * @throws FabricRefusal malformed, limit, not-allowed
 */
export function decodeMspConfig(bytes: Uint8Array): MspConfig {
  if (bytes.length > configBytesMax) throw new FabricRefusal('limit', `The MSP configuration is larger than ${configBytesMax} bytes`);
  const outer = readWire(bytes, 'The MSP configuration');
  if (outer.int32(1) !== fabricType) throw new FabricRefusal('not-allowed', `setup error: MSP type ${outer.int32(1)} is not supported, use an X.509 MSP (type 0)`);
  const config = readWire(outer.bytes(2), 'The MSP configuration');
  const name = config.text(1);
  if (name === '' || name.length > nameLengthMax) throw new FabricRefusal('not-allowed', `An MSP has a name of 1 to ${nameLengthMax} characters`);
  return readWithin(`MSP ${name}`, () => readConfig(name, config));
}

function readConfig(name: string, config: WireMessage): MspConfig {
  const list = (field: number, max: number, what: string) => {
    const found = config.all(field);
    if (found.length > max) throw new FabricRefusal('limit', `there are more than ${max} ${what}`);
    return found;
  };
  // A channel's configuration is public: whoever put a private key there has lost it.
  if (config.has(6)) throw new FabricRefusal('not-allowed', 'it holds a signing identity: leave the private key out of a channel\'s configuration');
  const crypto = readWire(config.message(8) ?? new Uint8Array(), 'FabricCryptoConfig');
  const nodeUnits = config.message(11);
  return {
    name,
    roots: list(2, authoritiesMax, 'root certificates'),
    intermediates: list(3, authoritiesMax, 'intermediate certificates'),
    admins: list(4, adminsMax, 'administrators'),
    revocationLists: list(5, revocationListsMax, 'revocation lists'),
    unitIdentifiers: list(7, unitsMax, 'organizational units').map(readUnit),
    signatureHashFamily: crypto.text(1),
    identityHash: crypto.text(2),
    tlsRoots: list(9, authoritiesMax, 'TLS root certificates'),
    tlsIntermediates: list(10, authoritiesMax, 'TLS intermediate certificates'),
    nodeUnits: nodeUnits && readNodeUnits(nodeUnits),
  };
}

function readNodeUnits(bytes: Uint8Array): NodeUnits {
  const units = readWire(bytes, 'FabricNodeOUs');
  const unit = (field: number) => {
    const found = units.message(field);
    return found && readUnit(found);
  };
  return { isEnabled: units.flag(1), client: unit(2), peer: unit(3), admin: unit(4), orderer: unit(5) };
}

function readUnit(bytes: Uint8Array): UnitIdentifier {
  const unit = readWire(bytes, 'FabricOUIdentifier');
  return { certificate: unit.bytes(1), unit: unit.text(2) };
}
