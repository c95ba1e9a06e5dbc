import { describe, expect, it } from 'vitest';
import { toCertificateAddresses } from './channel-addresses';

describe('addresses of a channel certificate', () => {
  it.each([
    [null, ['localhost'], ['127.0.0.1']],
    ['127.0.0.1:4102', ['localhost'], ['127.0.0.1']],
    ['localhost:4102', ['localhost'], ['127.0.0.1']],
    ['10.0.0.7:4102', ['localhost'], ['127.0.0.1', '10.0.0.7']],
    ['[fd00::1]:4102', ['localhost'], ['127.0.0.1', 'fd00::1']],
    ['Node-1.Example:4102', ['localhost', 'node-1.example'], ['127.0.0.1']],
    // Compose files name services so; a certificate cannot.
    ['node_1:4102', ['localhost'], ['127.0.0.1']],
  ])('of %s', (channelAddress, dnsNames, ipAddresses) => {
    expect(toCertificateAddresses(channelAddress)).toEqual({ dnsNames, ipAddresses });
  });
});
