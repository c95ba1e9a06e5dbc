import { describe } from 'vitest';
import { moveTestPeer } from './testing/move-test-peer';
import { describeGatewayConformance } from './testing/gateway-conformance';

describe('peers in the city node’s process', () => {
  describeGatewayConformance(async () => undefined);
});

describe('peers in processes of their own: one that orders and one that follows', () => {
  describeGatewayConformance(async (host, chain) => {
    await moveTestPeer(host, { chain, cityNode: 'SIN' }, 'own');
    await moveTestPeer(host, { chain, cityNode: 'PAR' }, 'own');
  });
});
