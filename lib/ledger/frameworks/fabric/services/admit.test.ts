import { describe, expect, it } from 'vitest';
import type { ServicePorts } from './ports';
import { answeringMspId } from './admit';

const withPeersOf = (...mspIds: string[]): Pick<ServicePorts, 'endorser'> => ({ endorser: { signerOf: (mspId: string) => (mspIds.includes(mspId) ? {} : undefined) } }) as never;

describe('the peer that answers a client', () => {
  it('is the one whose entrance it came by, else its own organisation’s, else the host’s', () => {
    const ports = withPeersOf('Org1MSP', 'Org2MSP');
    expect(answeringMspId(ports, 'Org2MSP', 'Org1MSP', 'Org1MSP')).toBe('Org1MSP');
    expect(answeringMspId(ports, 'Org2MSP', '', 'Org1MSP')).toBe('Org2MSP');
    expect(answeringMspId(ports, 'Org3MSP', '', 'Org1MSP')).toBe('Org1MSP');
  });

  it('is never that of an organisation which has none here, either: a peer elsewhere would hear what the client did not mean for it', () => {
    expect(answeringMspId(withPeersOf(), 'Org2MSP', '', 'Org1MSP')).toBe('Org2MSP');
  });
});
